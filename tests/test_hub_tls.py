"""The hub under TLS, where a transport has another idea of when it is full."""

from __future__ import annotations

import asyncio

import pytest
import trustme

from servers.hub import Hub
from tests.hub_room import ENGINES, SOON, Room, block, collect, number, receive


@pytest.fixture
def secure(tmp_path, monkeypatch):
    """`secure(hub)` is a room that speaks TLS. Its certificate and key are made for the test."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    certificate = authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem
    certificate.write_to_path(tmp_path / "certificate.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))  # whom clients trust

    def room(hub: Hub, **options) -> Room:
        room = Room(hub, ssl_certfile=str(tmp_path / "certificate.pem"), **options)
        room.url = room.url.replace("ws:", "wss:")
        return room

    return room


@pytest.mark.parametrize("engine", ENGINES)
async def test_who_reads_what_it_is_sent_stays(secure, engine):
    """Nothing of it is unsent, so there is nothing to wait for, and no deadline that passes."""
    async with secure(Hub(send_within=SOON), ws=engine) as room:
        clients = await room.enter(3)
        for text in ("one", "two", "three"):
            await room.say(text)
            assert [await receive(ws) for ws in clients] == [text] * 3
        assert await room.at(lambda: [m.writer for m in room.hub.members.values()]) == [None] * 3


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_stalled_client_is_cut_and_the_others_get_everything(secure, engine):
    async with secure(Hub(send_within=SOON), ws=engine) as room:
        ana, bo, cy = await room.enter(3)
        bo.transport.pause_reading()
        reading = asyncio.create_task(collect(cy, 200))
        for n in range(200):
            await ana.send(block(n))
            assert number(await receive(ana)) == n
        assert [number(m) for m in await reading] == list(range(200))
        await room.until(lambda: len(room.hub.members) == 2)
        await room.until(lambda: room.server.connections == 2)
