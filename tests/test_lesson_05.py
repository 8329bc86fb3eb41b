"""What lesson 05 says of its outputs is what they show: the notebook is run once, and read."""

from __future__ import annotations

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
    assert printed["talker-run"] == "['Ana']"
    wire = printed["talker-wire"]
    assert "keepalive ping timeout" in wire
    assert " ping " in wire
    assert " pong " not in wire


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


def test_a_ping_notices_the_frozen_between_one_interval_and_two(printed):
    lines = [printed["frozen-run"], *printed["faults-run"].splitlines()]
    assert len(lines) == 3
    for line in lines:
        assert 1 <= intervals(line.replace("mute:  ", "mute:")) < 2.5  # 2, and the machine


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
    assert ida == "Ida: not noticed"
    assert printed["asking-open"] == "handlers: ['Ida'] connections: 2"


def test_the_silent_is_told_why(printed):
    assert printed["silent"] == "4008 No answer to a beat within 0.5 s."


def test_the_table_is_as_the_prose_reads_it(printed):
    head, *rows = [line.split() for line in printed["table"].splitlines()]
    assert head[-3:] == ["naive", "receiving", "heartbeat"]
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
    assert max(ours) <= 2.6  # 2.5, and the machine


def test_to_reconnect_is_not_to_resume(printed):
    def numbers(cell):
        return [item for item in eval(printed[cell]) if item != "hello"]

    for cell, missing in (("stay-run", 1), ("resume-run", 0)):
        found = numbers(cell)
        assert printed[cell].count("hello") == 2
        assert len(set(found)) == len(found)
        assert found[-1] - found[0] + 1 - len(found) == missing
    assert printed["resume-news"].count("lunch is ready") == 2  # in the greeting, and as itself
    assert printed["lost-run"].splitlines()[1].endswith("lost None")
    assert printed["lost-some"].endswith("'lost': 1}")


def test_the_heart_is_shown_alone_before_the_whole(printed):
    lines = printed["heart-alone"].splitlines()
    heads = ["async def beat():", "async def dismiss(member: Member):"]
    assert [line for line in lines if line.startswith("async def")] == heads
    assert lines[-1] == "    await member.outlet.abort()"


def test_waits_by_chance_spread_the_herd(printed):
    assert int(printed["hammer"].split()[0]) > 10
    walls, spread = (int(line.split()[3]) for line in printed["herd"].splitlines()[:2])
    assert (walls, spread <= 30) == (300, True)
    assert eval(printed["backoff"])[1:5] == [3.1, 5.0, 8.1, 13.1]
