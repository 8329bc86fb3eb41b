"""not attempted: the line that holds the place is still there."""

import base64
import hashlib

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_key(key: str) -> str:
    digest = hashlib.sha1((key.strip() + GUID).encode()).digest()
    raise NotImplementedError("Put your code here, in place of this line.")
