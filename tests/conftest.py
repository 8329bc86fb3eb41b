"""What several tests share."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.notebook_page", "tests.server_page")

from tests.lab import chromium, lab  # noqa: E402, F401  (fixtures, started once for a whole run)
from tests.tools import needs  # noqa: E402

NODE = Path(__file__).parent / "node"


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The packages that tests/node/package.json pins, installed if they are not there."""
    pinned = json.loads((NODE / "package.json").read_text())["dependencies"]
    modules = NODE / "node_modules"
    if _installed(modules) != pinned:
        command = [needs("npm"), "install", "--no-package-lock", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=NODE, timeout=300, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    assert _installed(modules) == pinned
    return modules


def _installed(modules: Path) -> dict[str, str]:
    manifests = (json.loads(file.read_text()) for file in modules.glob("*/package.json"))
    return {manifest["name"]: manifest["version"] for manifest in manifests}
