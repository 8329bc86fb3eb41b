"""A real JupyterLab, and a real Chromium to look at it with: one of each for the whole run."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests import course
from tests.tools import needs

NEAR = "localhost"
FAR = "notebook.example"  # leads here too, but does not look so to a page: as behind a hub

CHROMIUM_OPTIONS = [
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP {FAR} 127.0.0.1",
]

# A new user is asked whether to fetch news: the question would lie over the screenshots. And
# what one test ran must not be saved for the next to open.
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false"},
    "docmanager-extension/plugin": {"autosave": False},
}


@dataclass(frozen=True)
class Lab:
    """A JupyterLab that shows a copy of the course.

    Attributes:
        root: the folder that it shows.
        port: where it listens, on loopback.
        token: what lets a browser in.
    """

    root: Path
    port: int
    token: str

    def address(self, notebook: str, host: str) -> str:
        """Where a browser finds a notebook, alone in a new workspace."""
        place = f"lab/workspaces/{secrets.token_hex(8)}/tree/notebooks/{notebook}.ipynb"
        return f"http://{host}:{self.port}/{place}?token={self.token}"

    def end_kernels(self) -> None:
        """As a person does under Running Terminals and Kernels."""
        for kernel in json.load(self._api("kernels")):
            self._api(f"kernels/{kernel['id']}", method="DELETE").close()

    def _api(self, path: str, method: str = "GET"):
        return _ask(f"http://127.0.0.1:{self.port}/api/{path}", self.token, method)


def _ask(url: str, token: str, method: str = "GET"):
    headers = {"Authorization": f"token {token}"}
    request = urllib.request.Request(url, method=method, headers=headers)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # it is on this machine
    return direct.open(request, timeout=30)


@pytest.fixture(scope="session")
def lab(tmp_path_factory) -> Iterator[Lab]:
    """JupyterLab with folders of its own for all that it reads and writes, gone at the end."""
    needs("chromium")  # nobody starts it for anything else
    home = tmp_path_factory.mktemp("lab")
    root = course.copy(home / "course")
    token = secrets.token_hex()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", f"--ServerApp.root_dir={root}"),
        *(f"--ServerApp.local_hostnames={name}" for name in (NEAR, FAR)),
        "--LabApp.expose_app_in_browser=True",  # `jupyterapp`, for what a notebook holds
    ]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            command, env=_environment(home, token), cwd=root,
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield Lab(root, _wait_until_it_answers(process, home, token), token)
        finally:
            outlived = _end(process)
    assert outlived == [], "these outlived JupyterLab and were killed"


def _environment(home: Path, token: str) -> dict[str, str]:
    for plugin, setting in SETTINGS.items():
        file = home / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(setting))
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "JPY"))}
    return inherited | {
        "JUPYTER_TOKEN": token,
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        "PYTHONPATH": str(home / "course"),
    }


def _wait_until_it_answers(process: subprocess.Popen, home: Path, token: str) -> int:
    """The port, which the server writes into its runtime folder once it is bound."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        for file in (home / "runtime").glob("jpserver-*.json"):
            try:
                port = json.loads(file.read_text())["port"]
                with _ask(f"http://127.0.0.1:{port}/api/status", token):
                    return port
            except (ValueError, OSError):
                pass  # half written, or not yet answering
        time.sleep(0.1)
    state = "ended" if process.poll() is not None else "did not answer in 120 s"
    raise RuntimeError(f"JupyterLab {state}. Its log:\n{(home / 'log').read_text()}")


def _end(process: subprocess.Popen) -> list[psutil.Process]:
    """End JupyterLab, which ends its kernels. Kill, and return, those that stay."""
    if process.poll() is not None:
        return []
    whole = psutil.Process(process.pid)
    family = [whole, *whole.children(recursive=True)]
    process.terminate()
    _, alive = psutil.wait_procs(family, timeout=30)
    for one in alive:
        with suppress(psutil.NoSuchProcess):  # it has ended after all
            one.kill()
    process.wait(timeout=30)
    return alive


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser. Each test takes a context of its own from it."""
    path = needs("chromium")
    expect.set_options(timeout=30_000)  # milliseconds; two noisy cores
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        await browser.close()
