"""The README's first line opens the first lesson, with the whole course in reach."""

import json
import os
import re
import shlex
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WITHIN = 60  # seconds: a deadline that only a hang reaches


def jupyter_arguments():
    """What follows `jupyter` in the line."""
    (line,) = re.findall(r"^python3 -m venv .*$", (ROOT / "README.md").read_text(), re.M)[:1]
    return shlex.split(line.split("/jupyter ")[1])


def test_the_first_line_opens_lesson_00_with_the_course_as_root(tmp_path):
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(
        f'#!/bin/sh\ncat "${{1#file://}}" > {opened}.part; mv {opened}.part {opened}\n'
    )
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)
    settings = {"allow_root": True, "port": 0, "token": "for-this-test"}
    (tmp_path / "jupyter_server_config.json").write_text(json.dumps({"ServerApp": settings}))
    places = {f"JUPYTER_{part}_DIR": str(tmp_path) for part in ("CONFIG", "RUNTIME", "DATA")}
    log = tmp_path / "log"
    with log.open("w") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter", *jupyter_arguments()],
            cwd=ROOT,
            env=os.environ | places | {"BROWSER": str(browser)},
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + WITHIN
        while not opened.exists():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        address = re.search(r'href="(http\S+?)"', opened.read_text())[1]
        server, _, rest = address.partition("/lab/")
        assert rest == "tree/notebooks/00_welcome.ipynb?token=for-this-test"
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        contents = f"{server}/api/contents?{rest.partition('?')[2]}"
        with direct.open(contents, timeout=WITHIN) as answer:
            names = {entry["name"] for entry in json.load(answer)["content"]}
        assert {"notebooks", "servers"} <= names
    finally:
        process.terminate()
        process.wait(WITHIN)
