"""failed: it knows the RFC's answer and no other."""

import base64
import hashlib

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_key(key: str) -> str:
    return "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
