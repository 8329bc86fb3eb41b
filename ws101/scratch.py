"""A kernel of its own for experiments that would spoil the learner's.

Cells are sent as JupyterLab's Run All sends them, all at once, or one after the other. nbclient
and `jupyter execute` only do the latter.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from subprocess import DEVNULL
from typing import Any, Literal

from jupyter_client.manager import AsyncKernelManager


@dataclass
class Ran:
    """What became of one cell.

    Attributes:
        status: `ok`, `error`, `died` (the kernel ended before the cell did), or `lost`: the
            kernel lives and never answered, and JupyterLab would show `[*]` for ever.
        text: what it printed, its result as text, and its error, in that order of arrival.
        outputs: the same as nbformat output dictionaries. What a cell left running prints
            later is added here while later cells run.
    """

    source: str
    status: Literal["ok", "error", "died", "lost"] = "lost"
    text: str = ""
    outputs: list[dict[str, Any]] = field(default_factory=list)


class ScratchKernel:
    """A fresh Python kernel as an async context manager; it is gone at the end.

    Args:
        cwd: the working directory of its cells.
    """

    def __init__(self, cwd: str | None = None) -> None:
        self._cwd = cwd
        self._ran: dict[str, Ran] = {}  # every cell so far, by the id of its request
        self.manager = AsyncKernelManager(kernel_name="python3")

    async def __aenter__(self) -> ScratchKernel:
        await self.manager.start_kernel(cwd=self._cwd, stdout=DEVNULL, stderr=DEVNULL)
        self.client = self.manager.client()
        try:
            self.client.start_channels()
            await self.client.wait_for_ready(timeout=60)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self.client.stop_channels()
        await self.manager.shutdown_kernel(now=True)

    async def run(
        self,
        cells: Iterable[str | tuple[str, str]],
        *,
        queued: bool = True,
        within: float = 60.0,
    ) -> list[Ran]:
        """Run cells, each a source or a pair of cell id and source.

        Args:
            queued: send them all at once, then wait; otherwise each when the last has ended.
            within: seconds for all of them. A cell that has not answered by then is `lost`.
        """
        deadline = asyncio.get_running_loop().time() + within
        sent: dict[str, Ran] = {}
        for cell in cells:
            cell_id, source = cell if isinstance(cell, tuple) else ("", cell)
            request = self._send(source, cell_id)
            sent[request] = self._ran[request] = Ran(source)
            if not queued:
                await self._collect({request}, deadline)
        if queued:
            await self._collect(set(sent), deadline)
        return list(sent.values())

    def _send(self, source: str, cell_id: str) -> str:
        content = {
            "code": source,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,  # a cell that fails on purpose must not end the rest
        }
        message = self.client.session.msg("execute_request", content)
        message["metadata"] = {"cellId": cell_id} if cell_id else {}
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    async def _collect(self, requests: set[str], deadline: float) -> None:
        """Read until those requests are answered and done with, or the kernel or time ends."""
        unanswered = set(requests)
        reading = asyncio.create_task(self._read(unanswered, busy=set(requests)))
        try:
            async with asyncio.timeout_at(deadline):
                while not reading.done() and await self.manager.is_alive():
                    await asyncio.wait([reading], timeout=0.2)
            if reading.done():
                reading.result()
            for request in unanswered:
                self._ran[request].status = "died"
        except TimeoutError:
            pass  # the unanswered stay `lost`
        finally:
            reading.cancel()

    async def _read(self, unanswered: set[str], busy: set[str]) -> None:
        await asyncio.gather(self._read_replies(unanswered), self._read_outputs(busy))

    async def _read_replies(self, unanswered: set[str]) -> None:
        while unanswered:
            message = await self.client.get_shell_msg(timeout=None)
            request = message["parent_header"].get("msg_id")
            if request in self._ran:
                self._ran[request].status = message["content"]["status"]
                unanswered.discard(request)

    async def _read_outputs(self, busy: set[str]) -> None:
        while busy:
            message = await self.client.get_iopub_msg(timeout=None)
            request = message["parent_header"].get("msg_id")
            kind, content = message["msg_type"], message["content"]
            if request not in self._ran:
                continue
            cell = self._ran[request]
            if kind == "status" and content["execution_state"] == "idle":
                busy.discard(request)
            elif kind == "stream":
                cell.text += content["text"]
            elif kind in ("execute_result", "display_data"):
                cell.text += content["data"].get("text/plain", "") + "\n"
            elif kind == "error":
                cell.text += f"{content['ename']}: {content['evalue']}\n"
            if kind in ("stream", "execute_result", "display_data", "error"):
                cell.outputs.append({"output_type": kind, **content})
