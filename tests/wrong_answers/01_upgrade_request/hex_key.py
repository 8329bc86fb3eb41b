"""failed: its key is in hex."""

import base64
import secrets


def upgrade_request(host: str, path: str) -> bytes:
    key = secrets.token_hex(16)
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
    ]
    return "\r\n".join([*lines, "", ""]).encode()
