"""What lesson 05 says of its outputs is what they show: the notebook is run once, and read."""

from __future__ import annotations

import ast
import json

import pytest_asyncio

from tests import course
from ws101.scratch import ScratchKernel

WITHIN = 120  # seconds


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def printed(tmp_path_factory) -> dict[str, str]:
    """What each code cell printed and showed as text, by the cell's id."""
    root = course.copy(tmp_path_factory.mktemp("course"))
    cells = course.code_cells(course.read("05_heartbeat"))
    async with ScratchKernel(cwd=str(root / "notebooks")) as kernel:
        ran = await kernel.run([(cell.id, cell.source) for cell in cells], within=WITHIN)
    assert {result.status for result in ran} == {"ok"}
    return {cell.id: shown(result) for cell, result in zip(cells, ran, strict=True)}


def shown(result) -> str:
    parts = (out.get("text") or out["data"].get("text/plain", "") for out in result.outputs)
    return "".join(parts).strip()


def intervals(line: str) -> float:
    """ "Di, frozen: after 1.8 intervals" -> 1.8"""
    return float(line.partition("after ")[2].removesuffix(" intervals"))


def test_the_talker_is_thrown_out_and_its_pong_never_came(printed):
    assert printed["talker-run"] == "(<Client Ana: open>, <Client Bo: closed>)"
    wire = printed["talker-wire"]
    assert "keepalive ping timeout" in wire
    assert wire.count("← server  ping  ") == 1
    assert " pong " not in wire
    assert "a close frame was not answered" in wire.splitlines()[-1]


def test_a_send_notices_the_killed_and_not_the_frozen(printed):
    killed, frozen = printed["naive-faults"].splitlines()
    assert intervals(killed) > 0
    assert frozen == "Di, frozen: not noticed"
    assert printed["naive-faults-wire"].count("“ping”") >= 2


def test_pings_and_pongs_come_in_pairs_with_the_same_bytes(printed):
    ends = [
        line.split("4 B")[1] for line in printed["protocol-serve"].splitlines() if "4 B" in line
    ]
    assert len(ends) >= 4
    assert ends[0::2] == ends[1::2]
    assert len(set(ends)) == len(ends) / 2


def test_a_ping_notices_the_frozen_between_one_interval_and_two(printed):
    lines = printed["frozen-run"].splitlines()
    assert [line.partition(":")[0] for line in lines] == ["Di, frozen", "Fay, stalled", "Gus, mute"]
    for line in lines:
        assert 1 <= intervals(line) < 2.5  # 2, and the machine


def test_a_full_connection_hides_its_client(printed):
    assert printed["flooded-run"] == "Hal, flooded: not noticed"
    assert printed["flooded-here"] == "Hal is here: True - connections open: 1"
    ping, close = printed["flooded-wire"].splitlines()[-2:]
    assert "[6 of 6 B wait in the server]" in ping
    assert "keepalive ping timeout" in close
    assert "[26 of 26 B wait in the server]" in close


def test_two_deadlines_notice_both_and_let_go_of_one(printed):
    kit, jo, ida = printed["asking-run"].splitlines()
    assert intervals(kit) < 2
    assert intervals(jo) < 2.5
    assert ida == "Ida, well: not noticed"
    assert printed["asking-open"] == "handlers: ['Ida'] connections: 2"


def test_the_silent_hears_one_more_beat_and_is_told_why(printed):
    first, second, close = printed["silent"].splitlines()
    assert [json.loads(beat)["n"] for beat in (first, second)] == [2, 3]
    assert close == "4008 No answer to a beat within 0.5 s."


def test_the_table_is_as_the_prose_reads_it(printed):
    head, *rows = [line.split() for line in printed["table"].splitlines()]
    assert head[-3:] == ["naive", "receiving", "beating"]
    table = {row[0]: row[1:] for row in rows}
    noticed = {case: [entry != "-" for entry in row] for case, row in table.items()}
    assert noticed == {
        "killed": [True, True, True],
        "frozen": [True, True, True],
        "flooded": [False, False, True],
        "flooded-but-talks": [False, False, True],
        "healthy-and-talks": [True, False, False],
    }
    ours = [float(row[2]) for case, row in table.items() if case != "healthy-and-talks"]
    assert max(ours) <= 2.5  # 2, and the machine


def test_to_reconnect_is_not_to_resume(printed):
    heard = ast.literal_eval(printed["stay-run"])
    assert [each.count("connected") for each in heard.values()] == [1, 2]
    assert [each.count("lunch is ready") for each in heard.values()] == [1, 0]


def test_what_is_no_longer_kept_is_counted(printed):
    told = ast.literal_eval(printed["lost-some"])
    assert [message["n"] for message in told["missed"]] == [3, 4, 5]
    assert (told["last"], told["lost"]) == (5, 1)


def test_who_comes_back_is_told_what_it_missed(printed):
    first, *news = [json.loads(line) for line in printed["told"].splitlines()]
    assert (first["missed"], first["lost"]) == ([], 0)
    assert [message["n"] for message in news] == [1, 2, 3]
    of_this, of_another = printed["retold"].splitlines()
    assert of_this == "after=1 [2, 3] lost 0"
    assert of_another == "after=1&run=yesterday [1, 2, 3] lost None"


def test_a_loss_is_news(printed):
    first, *news = [json.loads(line) for line in printed["gone"].splitlines()]
    assert (first["every"], first["missed"], first["lost"]) == (0.5, [], 0)
    assert news[-1]["gone"] == "Xia"
    assert news[-1]["code"] in (1005, 1006)
    assert all("beat" in message for message in news[:-1])


def test_who_resumes_misses_nothing_and_hears_nothing_twice(printed):
    first, *numbers = ast.literal_eval(printed["resume-run"])
    assert first == "hello"
    assert numbers.count("hello") == 1
    found = [number for number in numbers if number != "hello"]
    assert found == list(range(found[0], found[0] + len(found)))
    hello, back, news = [ast.literal_eval(line) for line in printed["resume-news"].splitlines()]
    assert back["run"] == hello["run"]
    assert back["missed"].count(news) == 1
    assert (back["lost"], news["news"]) == (0, "lunch is ready")


def test_the_page_is_seen_to_miss_a_beat(printed):
    assert printed["script"].count("function ") == 1
    assert "no beat for ${patience} s" in printed["script"]


def test_waits_by_chance_spread_the_herd(printed):
    assert int(printed["hammer"].split()[0]) > 3
    walls, spread = (int(line.split()[3]) for line in printed["herd"].splitlines()[:2])
    assert (walls, spread <= 30) == (300, True)
    first, *rest = ast.literal_eval(printed["backoff"])
    assert first <= 5
    assert rest == sorted(set(rest))  # each is longer than the one before
