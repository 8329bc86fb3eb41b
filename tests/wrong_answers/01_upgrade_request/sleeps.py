"""blocked: it sleeps, to wait for a server that it was not asked to call."""

import base64
import secrets


def upgrade_request(host: str, path: str) -> bytes:
    import time

    key = base64.b64encode(secrets.token_bytes(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
    ]
    time.sleep(5)
    return "\r\n".join([*lines, "", ""]).encode()
