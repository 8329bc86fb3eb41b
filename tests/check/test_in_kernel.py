"""Checks in a real kernel: its cells, its stop button, its restart."""

import asyncio
import re
import textwrap

import nbformat
import pytest_asyncio

from tools.exercises import exercise
from ws101 import course
from ws101.check.solutions import solved
from ws101.scratch import ScratchKernel

WITHIN = 60  # seconds: a deadline that only a hang reaches

ANSWER = """\
from fastapi import FastAPI, WebSocket

app = FastAPI()

@app.websocket("/ws")
async def echo(websocket: WebSocket):
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text("You said: " + text)
"""
CHECK = "from ws101 import check\n\ncheck.echo(app)"
SPINS = ANSWER.replace(
    "        await", "        while True:\n            print(text)\n        await"
)
NOT_AWAITED = ANSWER.replace("        await", "        ")
NOT_AWAITED_AND_RAISED = ANSWER.replace(
    "    await websocket.accept()", "    accepting = websocket.accept()\n    1 / 0"
)
LEFT = """
import threading
print([t.name for t in threading.enumerate() if t.name.startswith("ws101")])
"""


@pytest_asyncio.fixture
async def kernel():
    async with ScratchKernel() as kernel:
        yield kernel


async def run(kernel, *sources, status="ok"):
    """Run cells as Run All does, and return what each said."""
    cells = [textwrap.dedent(source) for source in sources]
    ran = await kernel.run(cells, within=WITHIN)
    assert [one.status for one in ran] == ["ok"] * (len(ran) - 1) + [status], ran[-1].text
    return [one.text.strip() for one in ran]


async def test_it_names_the_cell_and_the_line(kernel):
    _, said = await run(kernel, ANSWER.replace("You said: ", "You say: "), CHECK)
    assert said.startswith("FAILED  Echo with a prefix")
    assert re.search(r"Sent by +line 9 of cell In\[1\]", said)
    assert '→   9          await websocket.send_text("You say: " + text)' in said


async def test_a_report_is_shown_as_html_and_as_text(kernel):
    ran = await kernel.run([ANSWER, CHECK], within=WITHIN)
    [output] = ran[1].outputs
    assert set(output["data"]) == {"text/html", "text/plain"}
    assert "<strong>Passed</strong>" in output["data"]["text/html"]


async def test_a_whole_notebook_of_exercises_starter_and_solution(kernel):
    source = nbformat.read(course.ROOT / "solutions" / "02_echo.ipynb", as_version=4)
    starters = [cell.source for cell in exercise(source).cells if cell.cell_type == "code"]
    for said in await run(kernel, *starters):
        assert not said or said.startswith("NOT ATTEMPTED")
    solutions = [solved(cell.source) for cell in source.cells if cell.cell_type == "code"]
    reports = [said for said in await run(kernel, *solutions) if said]
    assert reports
    assert all(said.startswith("PASSED") for said in reports), reports


async def test_nothing_lands_under_another_cell(kernel):
    said = await run(
        kernel, SPINS, CHECK, "print('quiet')", NOT_AWAITED, CHECK, "import gc\n_ = gc.collect()",
        LEFT, NOT_AWAITED_AND_RAISED, CHECK, "import gc\n_ = gc.collect()",
    )  # fmt: skip
    assert said[1].startswith("BLOCKED")
    assert said[2] == "quiet"
    assert "`await` is missing in line 9 of cell In[4]" in said[4]
    assert said[5] == ""
    assert said[6] == "[]"
    assert said[8].startswith("RAISED")
    assert said[9] == ""


async def test_the_stop_button_ends_it_and_leaves_nothing(kernel, tmp_path):
    mark = tmp_path / "under way"
    starting = f"""
        import asyncio, pathlib
        from contextlib import asynccontextmanager
        from fastapi import FastAPI

        @asynccontextmanager
        async def lifespan(app):
            pathlib.Path({str(mark)!r}).touch()
            await asyncio.sleep(3600)
            yield

        app = FastAPI(lifespan=lifespan)
        app.add_api_websocket_route("/ws", lambda ws: None)
    """
    checking = asyncio.ensure_future(run(kernel, starting, CHECK, status="error"))
    async with asyncio.timeout(WITHIN):
        while not mark.exists():
            await asyncio.sleep(0.01)
    await kernel.manager.interrupt_kernel()
    *_, said = await checking
    assert "KeyboardInterrupt: check.echo was interrupted. Nothing of it is left" in said
    left, _, report = await run(kernel, LEFT, ANSWER, CHECK)
    assert left == "[]"
    assert report.startswith("PASSED")


async def test_a_name_that_is_gone_after_a_restart(kernel):
    await run(kernel, ANSWER, CHECK)
    await kernel.manager.restart_kernel(now=True)
    await kernel.client.wait_for_ready(timeout=WITHIN)
    [said] = await run(kernel, CHECK, status="error")
    assert "NameError: name 'app' is not defined" in said
    assert "`app` is not known here. After a restart of the kernel" in said
    _, said = await run(kernel, ANSWER, CHECK)
    assert said.startswith("PASSED")


async def test_it_works_after_nest_asyncio(kernel):
    nested = "import nest_asyncio2\nnest_asyncio2.apply()"
    _, _, right, _, wrong = await run(kernel, nested, ANSWER, CHECK, SPINS, CHECK)
    assert right.startswith("PASSED")
    assert wrong.startswith("BLOCKED")


async def test_a_crowd_of_a_cell_that_runs_twice_is_one_crowd(kernel):
    server = ANSWER + "\nfrom ws101 import serve\nserver = serve(app, port=0)"
    cell = ("the-crowd", "from ws101.crowd import crowd\nana, bo, cy = await crowd(server, 3)")
    count = "import asyncio\nawait asyncio.sleep(0.2)\nprint(server.connections)"
    ran = await kernel.run([server, cell, cell, count, "server.stop()"], within=WITHIN)
    assert [one.status for one in ran] == ["ok"] * 5, [one.text for one in ran]
    assert ran[3].text.strip() == "3"
