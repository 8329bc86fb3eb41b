"""What was said is numbered and kept: who comes back is told what it missed, and what was lost."""

import asyncio
import json
import random

import pytest
from websockets import InvalidStatus

from servers.history import History
from tests.heartbeat_ward import EVERY, Ward
from tests.leaks import no_thread


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setenv("HEARTBEAT_SECONDS", str(EVERY))
    with no_thread():
        yield


def test_history_counts_what_it_dropped():
    history = History(bound=3)
    assert history.since(None) == {"run": history.run, "last": 0, "missed": [], "lost": 0}
    for word in "abcde":
        history.add({"news": word})
    assert history.since(None)["missed"] == []
    for after, missed, lost in (
        (5, [], 0),
        (4, [5], 0),
        (2, [3, 4, 5], 0),
        (1, [3, 4, 5], 1),
        (0, [3, 4, 5], 2),
    ):
        for run in ("", history.run):
            told = history.since(after, run)
            assert ([m["n"] for m in told["missed"]], told["lost"]) == (missed, lost)
            assert told["last"] == 5


@pytest.mark.parametrize(("after", "run"), [(1, "other"), (6, ""), (-1, "")])
def test_a_number_of_another_run_is_told_so(after, run):
    history = History()
    for word in "abcde":
        history.add({"news": word})
    told = history.since(after, run)
    assert told["lost"] is None
    assert [m["n"] for m in told["missed"]] == [1, 2, 3, 4, 5]


def test_each_run_has_another_name():
    assert len({History().run for _ in range(100)}) == 100


async def first_words(ward, query):
    async with await ward.open(query) as ws:
        return json.loads(await ws.recv())


async def test_who_comes_back_is_told_first_what_it_missed():
    async with Ward() as ward:
        lunch, rain, tea = [
            await ward.server.run(ward.module.tell(news=word)) for word in ("lunch", "rain", "tea")
        ]
        run = ward.history.run
        told = await first_words(ward, f"?after={lunch}&run={run}")
        assert (told["every"], told["run"], told["lost"]) == (EVERY, run, 0)
        assert [m for m in told["missed"] if "beat" not in m] == [
            {"n": rain, "news": "rain"},
            {"n": tea, "news": "tea"},
        ]
        assert (await first_words(ward, ""))["missed"] == []
        assert (await first_words(ward, f"?after={tea}&run=other"))["lost"] is None
        for _ in range(150):
            await ward.server.run(ward.module.tell(news="more"))
        assert (await first_words(ward, f"?after={tea}"))["lost"] >= 50


async def test_who_comes_back_amid_the_news_misses_nothing_and_hears_nothing_twice():
    async with Ward() as ward:

        async def gossip():
            for n in range(100_000):
                await ward.module.tell(news=n)
                if n % 3 == 0:
                    await asyncio.sleep(0)

        talking = asyncio.create_task(ward.server.run(gossip()))
        seen = {}
        numbers = []
        for _ in range(40):
            query = "&".join(f"{key}={value}" for key, value in seen.items())
            async with await ward.open(f"?{query}", max_queue=None) as ws:
                first = json.loads(await ws.recv())
                new = [m["n"] for m in first["missed"]]
                for _ in range(random.randrange(4)):
                    new.append(json.loads(await ws.recv())["n"])
                if not numbers:
                    numbers = new or [first["last"]]
                else:
                    # What was lost was told, and counted right.
                    numbers += range(numbers[-1] + 1, numbers[-1] + 1 + first["lost"])
                    numbers += new
            seen = {"after": numbers[-1], "run": first["run"]}
        talking.cancel()
        await asyncio.wait([talking])
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert len(numbers) > 40


@pytest.mark.parametrize("query", ["after=x", "name=" + 41 * "a"])
async def test_an_address_that_does_not_fit_is_refused(query):
    async with Ward() as ward:
        with pytest.raises(InvalidStatus) as refusal:
            await ward.open(f"?{query}")
        assert refusal.value.response.status_code == 403
