"""A server of the course as it runs in a terminal: a process that can be frozen, ended, killed."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests import waiting
from ws101.course import ROOT

WITHIN = 60  # seconds: a deadline that only a hang reaches; a fresh Python on a busy machine


@asynccontextmanager
async def alone(
    name: str, *options: str, port: int = 0
) -> AsyncIterator[tuple[subprocess.Popen, str]]:
    """The process, which answers, and its address, `ws://…/ws`. Killed at the end, frozen or not.

    Args:
        name: the server's, as `hello`.
        options: more of uvicorn's, as `--ws wsproto`.
        port: 0 for any.
    """
    command = [sys.executable, "-m", "uvicorn", f"servers.{name}:app", "--port", str(port)]
    with subprocess.Popen(
        [*command, *options], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        rest = threading.Thread(target=process.stderr.read)  # or its pipe may fill
        try:
            said = ""
            async with asyncio.timeout(WITHIN):
                while not (running := re.search(r"running on http://([\d.:]+)", said)):
                    line = await asyncio.to_thread(process.stderr.readline)
                    assert line, said
                    said += line
            rest.start()
            yield process, f"ws://{running[1]}/ws"
        finally:
            process.kill()
            if rest.is_alive():
                rest.join()


async def ended(process: subprocess.Popen) -> None:
    """Wait until the process has ended."""
    await waiting.until(lambda: process.poll() is not None, WITHIN)
