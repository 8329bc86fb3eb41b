"""Every notebook runs whole, in a kernel of its own, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from nbformat.v4 import new_code_cell

from tests import course, waiting
from ws101.scratch import Ran, ScratchKernel

WITHIN = 120  # seconds for a lesson; a learner's machine takes 30 at most
SOON = 10  # seconds: a deadline that only what stays reaches


@pytest.fixture(scope="session")
def workplace(tmp_path_factory) -> Path:
    """A copy of the course. matplotlib lists the fonts once a machine, and says so: not later."""
    list_fonts = [sys.executable, "-c", "import matplotlib.font_manager"]
    subprocess.run(list_fonts, check=True, timeout=300, capture_output=True)
    return course.copy(tmp_path_factory.mktemp("course"))


@pytest.fixture
def mark(workplace, tmp_path, monkeypatch) -> str:
    """A word in the environment of every process that the test starts, however far removed."""
    monkeypatch.setenv("PYTHONPATH", str(workplace))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("WS101_MARK", word := uuid.uuid4().hex)
    return word


def complaints(cells: list, ran: list[Ran], again: bool = False) -> list[str]:
    """What a learner would stumble on, a line each.

    Where the cells have run before, in the same kernel, one that is to fail may succeed: what
    mended it, a patch for example, can still be there.
    """
    found = []
    for cell, result in zip(cells, ran, strict=True):
        on_purpose = course.fails_on_purpose(cell)
        if result.status not in ("ok", "error"):
            found.append(f"{cell.id}: {result.status}")
        if result.status == "error" and not on_purpose:
            found.append(f"{cell.id}: raised with no tag: {result.text}")
        if result.status == "ok" and on_purpose and not again:
            found.append(f"{cell.id}: is tagged raises-exception and did not raise")
        if errors := stderr(result):
            found.append(f"{cell.id}: wrote to stderr: {errors}")
    return found


def stderr(ran: Ran) -> str:
    return "".join(out["text"] for out in ran.outputs if out.get("name") == "stderr")


async def run(kernel: ScratchKernel, cells: list, queued: bool, within=WITHIN, again=False):
    """Run the cells and return the complaints."""
    pairs = [(cell.id, cell.source) for cell in cells]
    ran = await kernel.run(pairs, queued=queued, within=within)
    await kernel.run([""])  # what came late is with its cell when this has run
    return complaints(cells, ran, again)


# The collection makes asyncio speak of failed tasks that nobody awaited. The loop keeps idle
# workers, named asyncio_…, for its next `to_thread`; with the first output above 64 KiB, a large
# picture, pyzmq starts a thread that stays. They are not the lesson's.
PROBE = """
import asyncio, gc, threading
gc.collect()
threads = [t for t in threading.enumerate() if not type(t).__module__.startswith("zmq.")]
print(*sorted(t.name for t in threads if not t.name.startswith("asyncio_")))
print(*sorted(task.get_coro().__qualname__ for task in asyncio.all_tasks()))
"""


@dataclass(frozen=True)
class Footprint:
    """What a kernel holds: threads, tasks on its loop, ports it listens at, child processes."""

    threads: list[str]
    tasks: list[str]
    ports: set[int]
    children: list[str]

    @classmethod
    async def of(cls, kernel: ScratchKernel) -> Footprint:
        (ran,) = await kernel.run([PROBE], within=WITHIN)
        assert (ran.status, stderr(ran)) == ("ok", "")
        threads, tasks = ran.text.splitlines()
        process = psutil.Process(kernel.manager.provisioner.pid)
        return cls(
            threads.split(),
            tasks.split(),
            {c.laddr.port for c in process.net_connections("tcp") if c.status == "LISTEN"},
            names(process.children(recursive=True)),
        )


def names(processes: list[psutil.Process]) -> list[str]:
    """What they are called, apart from those that have just ended."""
    found = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            found.append(process.name())
    return found


def processes(mark: str) -> list[str]:
    """The command lines of those who carry the mark, this process apart."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get("WS101_MARK") == mark:
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            pass  # somebody else's, or gone meanwhile
    return found


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if "__pycache__" not in path.parts}


def test_manifest_and_folder_name_the_same_notebooks():
    folder = (course.ROOT / "notebooks").rglob("*.ipynb")
    found = [path.stem for path in sorted(folder) if ".ipynb_checkpoints" not in path.parts]
    assert found == course.LESSONS


@pytest.fixture(params=course.LESSONS)
async def kernel_and_cells(request, workplace, mark):
    """A fresh kernel in notebooks/, and a lesson's cells. What is left afterwards is an error."""
    files_before = files(workplace)
    async with ScratchKernel(cwd=str(workplace / "notebooks")) as kernel:
        before = await Footprint.of(kernel)
        yield kernel, course.code_cells(course.read(request.param))
        after = await Footprint.of(kernel)
        with suppress(TimeoutError):  # what has been told to end may need a moment
            async with asyncio.timeout(SOON):
                while after != before:
                    after = await Footprint.of(kernel)
        assert after == before
    with suppress(TimeoutError):  # so may the kernel's children
        await waiting.until(lambda: not processes(mark), SOON)
    assert processes(mark) == []
    assert files(workplace) == files_before


async def test_runs_cell_by_cell(kernel_and_cells):
    assert await run(*kernel_and_cells, queued=False) == []


async def test_runs_with_all_cells_queued_and_again(kernel_and_cells):
    assert await run(*kernel_and_cells, queued=True) == []
    assert await run(*kernel_and_cells, queued=True, again=True) == []


# From here on: the harness itself sees the faults that it is for.


def cell(source: str, on_purpose: bool = False, id: str = "cell"):
    tags = {"tags": ["raises-exception"]} if on_purpose else {}
    return new_code_cell(source, metadata=tags, id=id)


@pytest.mark.parametrize("patch", ["nest_asyncio", "nest_asyncio2"])
async def test_cells_lost_by_nest_asyncio_are_seen_only_when_queued(patch, mark):
    cells = [
        cell(f"import {patch}\n\n{patch}.apply()"),
        cell("import asyncio\n\nasyncio.run(asyncio.sleep(0.3))", id="inside"),
        cell("print('behind')", id="behind"),
    ]
    async with ScratchKernel() as kernel:
        assert await run(kernel, cells, queued=False) == []
    async with ScratchKernel() as kernel:
        within = 5 if patch == "nest_asyncio" else WITHIN  # what is lost never comes
        lost = await run(kernel, cells, queued=True, within=within)
        assert ("behind: lost" in lost) == (patch == "nest_asyncio")


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        (cell("1 / 0"), "cell: raised with no tag: ZeroDivisionError: division by zero\n"),
        (cell("1", on_purpose=True), "cell: is tagged raises-exception and did not raise"),
        (cell("import sys; sys.stderr.write('oh')"), "cell: wrote to stderr: oh"),
        (cell("import os; os._exit(1)"), "cell: died"),
    ],
)
async def test_a_fault_is_named(fault, complaint, mark):
    fine = cell("raise ValueError", on_purpose=True, id="fine")
    async with ScratchKernel() as kernel:
        assert await run(kernel, [fine, fault], queued=False) == [complaint]


@pytest.mark.parametrize(
    ("leak", "held"),
    [
        ("import threading; threading.Thread(target=threading.Event().wait).start()", "threads"),
        ("import asyncio; task = asyncio.create_task(asyncio.sleep(600))", "tasks"),
        ("import socket; listener = socket.create_server(('127.0.0.1', 0))", "ports"),
        ("import subprocess; process = subprocess.Popen(['sleep', '60'])", "children"),
    ],
)
async def test_a_leak_is_seen(leak, held, mark):
    async with ScratchKernel() as kernel:
        before = await Footprint.of(kernel)
        assert await run(kernel, [cell(leak)], queued=True) == []
        after = await Footprint.of(kernel)
        assert [name for name in vars(before) if vars(before)[name] != vars(after)[name]] == [held]
        if held == "children":
            assert processes(mark) != []
            await kernel.run(["process.kill()", "process.wait()"])
