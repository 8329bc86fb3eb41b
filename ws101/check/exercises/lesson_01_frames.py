"""Exercise of lesson 01 on frames: repair what decodes one."""

from __future__ import annotations

import itertools
import struct
from typing import Any

from ws101.check.calls import FunctionRoom
from ws101.check.case import Case
from ws101.check.exercise import Exercise
from ws101.check.kinds import Function
from ws101.check.players import say
from ws101.check.verdicts import Unmet

KEY = bytes.fromhex("37 fa 21 3d")  # of the examples in RFC 6455 section 5.7
NEXT = bytes.fromhex("8a 80 37 fa 21 3d")  # a pong with nothing in it
SHOWN = 16  # bytes of a frame that are written out


def frame_slip(case: Case) -> str | None:
    """What is wrong with a field, as its value tells."""
    got, wanted = case.unmet.got, case.unmet.wanted
    if isinstance(case.error, IndexError):
        return "An index went too far. The key has four bytes and goes round: `key[i % 4]`."
    if isinstance(case.error, struct.error):
        return "`struct.unpack` takes just as many bytes as its format says: give it no more."
    if isinstance(wanted, tuple):
        return _of_the_whole(got)
    if isinstance(wanted, bool):
        return "FIN is the first bit of the first byte, alone: `frame[0] >> 7`."
    if isinstance(wanted, int):
        return _of_the_opcode(got, wanted)
    return _of_the_payload(got, wanted) if isinstance(wanted, bytes) else None


def _of_the_whole(got: Any) -> str | None:
    if isinstance(got, bytes | bytearray | str):
        return "This is the payload alone. FIN and the opcode are asked for as well."
    return None


def _of_the_opcode(got: Any, wanted: int) -> str | None:
    if isinstance(got, int) and got & 0b1111 == wanted:
        return "The opcode is the last four bits of the first byte: `frame[0] & 0b1111`."
    return None


def _of_the_payload(got: Any, wanted: bytes) -> str | None:
    if isinstance(got, str):
        return "The payload is bytes. Only a text frame holds text, and perhaps half of one."
    if not isinstance(got, bytes | bytearray):
        return None
    if len(wanted) > 4 and got == wanted[:4]:
        return "`zip` ends with the shorter one. The key goes round and round: `key[i % 4]`."
    if got == _masked(wanted, KEY):
        return "The mask is still on. XOR with the key takes it off."
    if len(wanted) > 4 and got.startswith(_keyless(wanted)):
        return "MASK is 0, so there is no key in this frame: its payload begins at once."
    if got == _masked(_masked(wanted, KEY), KEY[:1]):
        return "Every byte was taken with the first byte of the key. It is `key[i % 4]`."
    if got.startswith(wanted):
        return (
            "What comes behind the frame came along. The payload ends where the length says: it is "
            "in the last seven bits of the second byte, and the first bit is MASK."
            if len(wanted) < 126
            else _LONGER
        )
    return _LONGER if len(wanted) > 125 else None


_LONGER = (
    "126 and 127 are no lengths. They say that the length is in the next two bytes, or eight, the "
    "most significant one first."
)


def _masked(payload: bytes, key: bytes) -> bytes:
    return bytes(byte ^ part for byte, part in zip(payload, itertools.cycle(key), strict=False))


def _keyless(payload: bytes) -> bytes:
    """What becomes of a payload whose first four bytes are taken for a key."""
    return _masked(payload[4:], payload[:4])


decode_frame = Exercise(
    "decode_frame",
    Function("frame"),
    hints=(
        "Take them one by one: repair what the report names first, and check again. The drawing in "
        "part 3 of the lesson has every field.",
        "The first three are in the second byte, and in what it announces. Which of its bits is no "
        "part of the length? Which of its bits says whether there is a key? And in which order do "
        "the bytes of a longer length come?",
        '`size = frame[1] & 0b1111111`, then `"big"`, and a key only `if frame[1] >> 7`. For the '
        "mask, `zip` needs a key as long as the payload; `key[i % 4]` does not.",
    ),
    slips=(frame_slip,),
)


async def _decodes(
    room: FunctionRoom, fin: bool, opcode: int, payload: bytes, key: bytes = KEY, size: str = ""
) -> None:
    """One frame, with another one behind it, comes out as it went in.

    Args:
        size: the payload's length as the header writes it, in hex; by default in seven bits.
    """
    length = bytes.fromhex(size) or bytes([len(payload)])
    header = bytes([fin << 7 | opcode, bool(key) << 7 | length[0], *length[1:]])
    frame = header + key + (_masked(payload, key) if key else payload)
    shown = frame.hex(" ") if len(frame) <= SHOWN else f"{frame[:SHOWN].hex(' ')} …"
    got = await room.start(frame + NEXT, shown=f"{shown}, and {NEXT.hex(' ')}").returns()
    wanted = (fin, opcode, payload)
    if not isinstance(got, tuple) or len(got) != 3:
        raise Unmet("a tuple: FIN, opcode, payload", say(got), wanted=wanted, got=got)
    for field, came, right in zip(("FIN", "the opcode", "the payload"), got, wanted, strict=True):
        if came != right:
            raise Unmet(*_words(field, came, right), wanted=right, got=came)


def _words(field: str, came: Any, right: Any) -> tuple[str, str]:
    """What was expected and what came. Of a long payload, its length says more than its bytes."""
    if isinstance(came, bytes) and len(came) != len(right) > SHOWN:
        return f"the payload to be {len(right):,} bytes long", f"it is {len(came):,} long"
    return f"{field} to be {say(int(right) if isinstance(right, bool) else right)}", say(came)


@decode_frame.behaviour("A masked text is read, and what comes behind it is left alone")
async def masked_text(room: FunctionRoom) -> None:
    await _decodes(room, True, 0x1, b"Ana")
    await _decodes(room, True, 0x1, b"Hello")


@decode_frame.behaviour("FIN and the opcode are told apart")
async def first_byte(room: FunctionRoom) -> None:
    await _decodes(room, False, 0x1, b"An")
    await _decodes(room, True, 0x0, b"a")
    await _decodes(room, True, 0x9, b"")


@decode_frame.behaviour("A frame from a server has no mask, and no key")
async def from_a_server(room: FunctionRoom) -> None:
    await _decodes(room, True, 0x1, b"Hello", key=b"")


@decode_frame.behaviour("A length of 126 or more is in the next two bytes")
async def two_bytes(room: FunctionRoom) -> None:
    await _decodes(room, True, 0x2, bytes(range(256)), size="7e 01 00")
    await _decodes(room, True, 0x2, bytes(126), size="7e 00 7e")


@decode_frame.behaviour("A length of 65,536 or more is in the next eight")
async def eight_bytes(room: FunctionRoom) -> None:
    await _decodes(room, True, 0x2, bytes(65_536), size="7f 00 00 00 00 00 01 00 00")
