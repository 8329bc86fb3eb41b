"""failed: the fixed text comes before the key."""

import base64
import hashlib

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_key(key: str) -> str:
    digest = hashlib.sha1((GUID + key.strip()).encode()).digest()
    return base64.b64encode(digest).decode()
