"""failed: it writes the digest in hex, and leaves base64 out."""

import base64
import hashlib

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_key(key: str) -> str:
    return hashlib.sha1((key.strip() + GUID).encode()).hexdigest()
