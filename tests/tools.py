"""Programs from outside Python that some tests need."""

from __future__ import annotations

import os
import shutil

import pytest

# What each is called, on whichever system, and where it comes from.
_NAMES = {"chromium": ("chromium", "chromium-browser", "google-chrome")}
_MENDS = {
    "chromium": "apt-get install chromium, or another Chromium or Chrome on the PATH",
    "node": "apt-get install nodejs, or https://nodejs.org",
    "npm": "apt-get install npm; elsewhere it comes with Node",
    "tshark": "apt-get install tshark, or https://www.wireshark.org",
}


def needs(tool: str) -> str:
    """The path of a program that the calling test or fixture cannot do without.

    Where it is missing the test is skipped, in words that name the mend. With `CI` set it fails
    instead: there, a test that did not run must not look like one that passed.
    """
    for name in _NAMES.get(tool, (tool,)):
        if path := shutil.which(name):
            return path
    words = f"{tool} is missing. To run this test: {_MENDS[tool]}."
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)
