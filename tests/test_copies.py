"""tools/sync sees a copy that differs, and mends it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def sync(root, flag):
    command = [sys.executable, root / "tools" / "sync", flag]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.fixture
def course(tmp_path):
    """A copy of the course to plant faults in."""
    for part in ("tools", "servers", "notebooks", "solutions", "exercises", "ws101"):
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pyc*"))
    for part in ("README.md", "course.toml"):
        shutil.copy(ROOT / part, tmp_path)
    return tmp_path


def test_this_checkout_is_in_step():
    ran = sync(ROOT, "--check")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def plant_in_server(course):
    server = course / "servers" / "hello.py"
    server.write_text(server.read_text().replace("Hello", "Goodbye"))
    return "notebooks/00_welcome.ipynb"


def plant_in_lesson(course):
    lesson = course / "notebooks" / "00_welcome.ipynb"
    lesson.write_text(lesson.read_text().replace("Hello, {name}!", "Hullo, {name}!"))
    return "notebooks/00_welcome.ipynb"


def plant_output(course):
    lesson = course / "notebooks" / "01_handshake.ipynb"
    content = json.loads(lesson.read_text())
    content["metadata"]["language_info"]["version"] = "3.11.7"
    lesson.write_text(json.dumps(content))
    return "notebooks/01_handshake.ipynb"


def plant_in_manifest(course):
    manifest = course / "course.toml"
    manifest.write_text(manifest.read_text().replace("Can a notebook", "Could a notebook"))
    return "README.md"


@pytest.mark.parametrize(
    "plant", [plant_in_server, plant_in_lesson, plant_output, plant_in_manifest]
)
def test_a_difference_is_named_and_mended(course, plant):
    where = plant(course)
    seen = sync(course, "--check")
    assert seen.returncode == 1
    assert f"--- {where}" in seen.stdout
    assert "tools/sync --write" in seen.stdout
    assert sync(course, "--write").stdout == f"{where}: written\n"
    assert sync(course, "--check").returncode == 0
