"""What opens when a frame's arrow is opened: every bit and byte, named."""

from __future__ import annotations

from html import escape

from ws101.wire.dump import dump, text
from ws101.wire.events import CLOSE, OPCODES, FrameEvent
from ws101.wire.labels import size
from ws101.wire.rules import close_meaning

MASKED = 16  # bytes of which the unmasking is shown
_HEADS = "".join(f"<th scope=col>{name}</th>" for name in ("byte", "bits", "field", "meaning"))


def frame(event: FrameEvent, name: str) -> str:
    """The frame as HTML; `name` is the client's."""
    header = event.header
    long = header.length > MASKED
    sections = [_bytes(event), _fields(event, name)]
    if header.key and event.wire:
        sections.append(_unmasking(event))
    if header.key and long:
        sections.append(dump("Payload as it went over the wire, masked", event.wire))
    if long or not header.key:
        sections.append(dump("Payload, unmasked" if header.key else "Payload", event.payload))
    if event.inflated is not None:
        grown = f"{size(header.length)} deflated, {size(len(event.inflated))} inflated"
        sections.append(dump(f"Payload, inflated ({grown})", event.inflated))
    if event.note:
        sections.append(f"<p>{escape(event.note)}</p>")
    if event.close_code is not None:
        meaning = f"{event.close_code}, {close_meaning(event.close_code)}"
        reason = f", with the reason “{event.close_reason}”" if event.close_reason else ""
        sections.append(f"<p>Close code {escape(meaning)}{escape(reason)}.</p>")
    if event.opcode < CLOSE and event.text and (long or not event.text.isascii()):
        sections.append(text("Text", event.text))
    message = event.message
    if message is not None and message.frames > 1:
        title = f"The whole message, from {message.frames} frames"
        if message.text is not None:
            sections.append(text(title, message.text))
        else:
            sections.append(dump(title, message.payload))
    return "".join(sections)


def _bytes(event: FrameEvent) -> str:
    """The frame's bytes in a row, each field with its name below."""
    header = event.header
    raw = header.raw
    first = event.wire[:MASKED]
    more = f" + {header.length - len(first):,}" if header.length > len(first) else ""
    fields = [("FIN, opcode", raw[:1]), ("MASK, length", raw[1:2])]
    if header.length_bits > 7:
        fields.append((f"length, {header.length_bits} bits", raw[2 : 2 + header.length_bits // 8]))
    if header.key:
        fields.append(("masking key", header.key))
    if first:
        fields.append(("payload" + (", masked" if header.key else ""), first))
    cells = "".join(
        f"<span><code>{data.hex(' ')}{more if data is first else ''}</code>"
        f"<small>{name}</small></span>"
        for name, data in fields
    )
    return f'<div class="w101-bytes">{cells}</div>'


def _fields(event: FrameEvent, name: str) -> str:
    """Each bit of the header: RFC 6455 section 5.2."""
    header = event.header
    first, second = header.raw[0], header.raw[1]
    compressed = "the message is compressed (RFC 7692)" if header.rsv1 else "not compressed"
    opcode = OPCODES.get(header.opcode, "reserved: no extension in use defines it")
    sender = name if event.sender == "client" else "the server"
    mask = "the payload is masked" if header.masked else "the payload is not masked"
    rule = "a client masks every frame" if event.sender == "client" else "a server masks none"
    length = {126: "126: the length follows in 16 bits", 127: "127: it follows in 64 bits"}.get(
        second & 0x7F, f"{header.length} bytes of payload"
    )
    rows = [
        ("0", _bits(first, 0x80), "FIN", "the message ends here" if header.fin else "more follows"),
        ("", _bits(first, 0x40), "RSV1", compressed),
        ("", _bits(first, 0x20), "RSV2", "reserved" if not header.rsv2 else "set, which is wrong"),
        ("", _bits(first, 0x10), "RSV3", "reserved" if not header.rsv3 else "set, which is wrong"),
        ("", _bits(first, 0x0F), "opcode", f"{header.opcode:#x}: {opcode}"),
        ("1", _bits(second, 0x80), "MASK", f"{mask}: {rule}"),
        ("", _bits(second, 0x7F), "length", length),
    ]
    end = 2 + (header.length_bits // 8 if header.length_bits > 7 else 0)
    if end > 2:
        shortest = "" if header.minimal else ", which a shorter form could say"
        extended = f"{header.length:,} bytes of payload{shortest}"
        rows.append((f"2–{end - 1}", header.raw[2:end].hex(" "), "extended length", extended))
    if header.key:
        key = "chosen at random by the sender for this frame"
        rows.append((f"{end}–{end + 3}", header.key.hex(" "), "masking key", key))
    body = "".join(
        f"<tr><td>{at}</td><td><code>{bits}</code></td><th scope=row>{field}</th>"
        f"<td>{escape(meaning)}</td></tr>"
        for at, bits, field, meaning in rows
    )
    caption = f"Header, {len(header.raw)} bytes, from {escape(sender)}"
    return (
        f"<table><caption>{caption}</caption><thead><tr>{_HEADS}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _bits(byte: int, mask: int) -> str:
    """The bits of a byte under a mask, the others as dots: "·000 0101"."""
    bits = "".join(
        str(byte >> place & 1) if mask >> place & 1 else "·" for place in range(7, -1, -1)
    )
    return f"{bits[:4]} {bits[4:]}"


def _unmasking(event: FrameEvent) -> str:
    key = event.header.key or b""
    wire, payload = event.wire[:MASKED], event.payload[:MASKED]
    rows = [
        ("on the wire", [f"{byte:02x}" for byte in wire]),
        ("XOR key", [f"{key[i % 4]:02x}" for i in range(len(wire))]),
        ("= payload", [f"{byte:02x}" for byte in payload]),
        ("ASCII", [escape(chr(byte)) if 32 <= byte < 127 else "·" for byte in payload]),
    ]
    body = "".join(
        f"<tr><th scope=row>{name}</th>{''.join(f'<td><code>{c}</code></td>' for c in cells)}</tr>"
        for name, cells in rows
    )
    first = f", the first {MASKED} bytes" if event.header.length > MASKED else ""
    return f'<table class="w101-mask"><caption>Taking the mask off{first}</caption>{body}</table>'
