"""The heartbeat server as it runs in a terminal: a process that can be frozen and killed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ws101.course import ROOT

WITHIN = 30  # seconds: a deadline that only a hang reaches


@asynccontextmanager
async def alone(port: int = 0) -> AsyncIterator[tuple[subprocess.Popen, str]]:
    """The process, and its address, `ws://…/ws`. Killed at the end, frozen or not."""
    with subprocess.Popen(
        [*(sys.executable, "-m", "uvicorn", "servers.heartbeat:app", "--port", str(port))],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as process:
        reading = threading.Thread(target=process.stderr.read)  # or its pipe may fill
        try:
            async with asyncio.timeout(WITHIN):
                line = "not a line yet"
                while line and "running on" not in line:
                    line = await asyncio.to_thread(process.stderr.readline)
            address = next(word for word in line.split() if word.startswith("http"))
            reading.start()
            yield process, f"{address.replace('http', 'ws')}/ws"
        finally:
            process.kill()
            if reading.is_alive():
                reading.join()
