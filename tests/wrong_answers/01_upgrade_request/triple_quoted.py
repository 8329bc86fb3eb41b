"""failed: triple quotes, with the code's indentation in the lines."""

import base64
import secrets


def upgrade_request(host: str, path: str) -> bytes:
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    return f"""GET {path} HTTP/1.1\r
        Host: {host}\r
        Upgrade: websocket\r
        Connection: Upgrade\r
        Sec-WebSocket-Key: {key}\r
        Sec-WebSocket-Version: 13\r
    \r
    """.encode()
