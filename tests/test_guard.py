"""Who may connect: this machine, or whoever has the token of a server that is open to others."""

import asyncio

import pytest
from websockets import InvalidStatus, connect

from tests.echoing import WITHIN, echo_app, echoed
from tests.leaks import no_server
from ws101 import serve
from ws101.guard import Guard


@pytest.fixture(autouse=True)
def _nothing_is_left():
    with no_server():
        yield


def test_other_machines_need_an_explicit_word():
    with pytest.raises(ValueError, match="add open_to_network=True"):
        serve(echo_app(), host="0.0.0.0", port=0)


async def test_an_open_server_warns_and_asks_other_machines_for_its_token():
    with pytest.warns(UserWarning, match=r"adds the token to the address: /\?token=\S+$") as warned:
        server = serve(echo_app(), host="0.0.0.0", port=0, open_to_network=True)
    async with server:
        assert server.url == f"http://127.0.0.1:{server.port}"
        assert await echoed(server) == "hi"  # this machine needs none
    token = str(warned[0].message).split("=")[-1]

    class Elsewhere:
        """The same app as if asked from another machine."""

        def __init__(self):
            self.app = Guard(echo_app())
            self.app.token = token

        async def __call__(self, scope, receive, send):
            await self.app({**scope, "client": ("192.0.2.7", 1)}, receive, send)

    async with serve(Elsewhere(), port=0) as server:
        with pytest.raises(InvalidStatus) as refusal:
            await echoed(server)
        assert refusal.value.response.status_code == 403
        with pytest.raises(InvalidStatus):
            await echoed(server, path="/ws?token=guessed")
        assert await echoed(server, path=f"/ws?token={token}") == "hi"
        cookie = {"Cookie": f"ws101_token={token}"}
        async with connect(f"{server.ws_url}/ws", proxy=None, additional_headers=cookie) as client:
            await client.send("by cookie")
            assert await asyncio.wait_for(client.recv(), WITHIN) == "by cookie"
