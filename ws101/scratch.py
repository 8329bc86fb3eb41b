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
        status: `ok`, `error`, `aborted` (an error before it), or `lost`: the kernel never
            answered, and JupyterLab would show `[*]` for ever.
        text: what it printed, its result as text, and its error, in that order of arrival.
        outputs: the same as nbformat output dictionaries.
    """

    source: str
    status: Literal["ok", "error", "aborted", "lost"] = "lost"
    text: str = ""
    outputs: list[dict[str, Any]] = field(default_factory=list)


class ScratchKernel:
    """A fresh Python kernel as an async context manager; it is gone at the end.

    Args:
        cwd: the working directory of its cells.
    """

    def __init__(self, cwd: str | None = None) -> None:
        self._cwd = cwd
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
        ran: dict[str, Ran] = {}
        deadline = asyncio.get_running_loop().time() + within
        for cell in cells:
            cell_id, source = cell if isinstance(cell, tuple) else ("", cell)
            ran[self._send(source, cell_id)] = Ran(source)
            if not queued:
                await self._collect(ran, deadline)
        await self._collect(ran, deadline)
        return list(ran.values())

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

    async def _collect(self, ran: dict[str, Ran], deadline: float) -> None:
        """Read replies and outputs until every cell has answered and fallen idle."""
        waiting = {key for key, cell in ran.items() if cell.status == "lost"}
        try:
            async with asyncio.timeout_at(deadline):
                await asyncio.gather(
                    self._read_replies(ran, set(waiting)), self._read_outputs(ran, set(waiting))
                )
        except TimeoutError:
            pass  # those still waiting stay `lost`

    async def _read_replies(self, ran: dict[str, Ran], waiting: set[str]) -> None:
        while waiting:
            message = await self.client.get_shell_msg(timeout=None)
            key = message["parent_header"].get("msg_id")
            if key in waiting:
                ran[key].status = message["content"]["status"]
                waiting.discard(key)

    async def _read_outputs(self, ran: dict[str, Ran], busy: set[str]) -> None:
        while busy:
            message = await self.client.get_iopub_msg(timeout=None)
            key = message["parent_header"].get("msg_id")
            kind, content = message["msg_type"], message["content"]
            if key not in ran:
                continue
            if kind == "status" and content["execution_state"] == "idle":
                busy.discard(key)
            elif kind == "stream":
                ran[key].text += content["text"]
            elif kind in ("execute_result", "display_data"):
                ran[key].text += content["data"].get("text/plain", "") + "\n"
            elif kind == "error":
                ran[key].text += f"{content['ename']}: {content['evalue']}\n"
            if kind in ("stream", "execute_result", "display_data", "error"):
                ran[key].outputs.append({"output_type": kind, **content})
