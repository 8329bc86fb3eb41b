"""failed: nothing is repaired yet."""

def decode_frame(frame: bytes) -> tuple[int, int, bytes]:
    fin, opcode = frame[0] >> 7, frame[0] & 0b1111
    size, rest = frame[1], frame[2:]
    if size == 126:
        size, rest = int.from_bytes(rest[:2], "little"), rest[2:]
    elif size == 127:
        size, rest = int.from_bytes(rest[:8], "big"), rest[8:]
    key, payload = rest[:4], rest[4 : 4 + size]
    return fin, opcode, bytes(byte ^ part for byte, part in zip(payload, key))
