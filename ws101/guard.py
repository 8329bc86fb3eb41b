"""A token for a server that other machines can reach."""

from __future__ import annotations

import secrets
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from ws101 import ports

COOKIE = "ws101_token"


class Guard:
    """ASGI middleware: no other machine gets past without the token, made anew for each server.

    It comes in the query (`?token=…`) or in the cookie that an answer to such a request sets, so
    that a page opened with the token may load its scripts and open its sockets.
    A WebSocket without it is refused before it is accepted, which a client sees as 403.
    """

    def __init__(self, app: Any) -> None:
        self.app = app
        self.token = secrets.token_urlsafe(16)

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan" or ports.is_loopback((scope.get("client") or [""])[0]):
            return await self.app(scope, receive, send)
        query = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[-1]
        cookie = SimpleCookie(dict(scope["headers"]).get(b"cookie", b"").decode("latin-1"))
        kept = cookie[COOKIE].value if COOKIE in cookie else ""
        if not any(secrets.compare_digest(t.encode(), self.token.encode()) for t in (query, kept)):
            return await self._refuse(scope, send)

        async def send_with_cookie(message) -> None:
            if message["type"] == "http.response.start" and query:
                value = f"{COOKIE}={self.token}; HttpOnly; SameSite=Strict; Path=/"
                headers = [*message.get("headers", []), (b"set-cookie", value.encode())]
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, send_with_cookie)

    async def _refuse(self, scope, send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        text = b"Ask whoever runs this server for the address with the token in it.\n"
        await send({"type": "http.response.body", "body": text})
