"""failed: the key is bytes inside of text, with b and quotes."""

import base64
import secrets


def upgrade_request(host: str, path: str) -> bytes:
    key = base64.b64encode(bytes(16))
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
    ]
    return "\r\n".join([*lines, "", ""]).encode()
