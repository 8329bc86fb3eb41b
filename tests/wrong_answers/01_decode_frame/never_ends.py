"""blocked: it waits for more bytes, which nobody brings."""

def decode_frame(frame: bytes) -> tuple[int, int, bytes]:
    fin, opcode = frame[0] >> 7, frame[0] & 0b1111
    masked, size = frame[1] >> 7, frame[1] & 0b1111111
    rest = frame[2:]
    if size == 126:
        size, rest = int.from_bytes(rest[:2], "big"), rest[2:]
    elif size == 127:
        size, rest = int.from_bytes(rest[:8], "big"), rest[8:]
    if not masked:
        return fin, opcode, rest[:size]
    key, payload = rest[:4], rest[4 : 4 + size]
    while len(payload) != size - 1:
        pass
    return fin, opcode, bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))
