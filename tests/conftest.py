"""What several tests share."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.notebook_page", "tests.server_page")

from tests.lab import chromium, lab  # noqa: E402, F401  (fixtures, started once for a whole run)
from tests.tools import needs  # noqa: E402

NODE = Path(__file__).parent / "node"


@pytest.fixture(scope="session", autouse=True)
def _ipython_of_its_own(tmp_path_factory) -> Iterator[None]:
    """Kernels keep their history there: not in the developer's, and no two workers in one file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        yield


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The packages that tests/node/package.json pins, installed if they are not there."""
    modules = NODE / "node_modules"
    with (NODE / "package.json").open() as manifest:
        with suppress(ImportError):  # Windows has none
            import fcntl

            fcntl.flock(manifest, fcntl.LOCK_EX)  # two workers may want them at the same time
        pinned = json.load(manifest)["dependencies"]
        if _installed(modules) != pinned:
            command = [needs("npm"), "install", "--no-package-lock", "--no-audit", "--no-fund"]
            done = subprocess.run(command, cwd=NODE, timeout=300, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
        assert _installed(modules) == pinned
    return modules


def _installed(modules: Path) -> dict[str, str]:
    manifests = (json.loads(file.read_text()) for file in modules.glob("*/package.json"))
    return {manifest["name"]: manifest["version"] for manifest in manifests}
