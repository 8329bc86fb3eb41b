"""What every test of the checks needs: a record of its own, and nothing left behind."""

import pytest

from tests.leaks import no_thread


@pytest.fixture(autouse=True)
def _own_record(tmp_path, monkeypatch):
    monkeypatch.setenv("WS101_PROGRESS", str(tmp_path / "progress.jsonl"))


@pytest.fixture(autouse=True)
def _no_thread_is_left(_own_record):
    with no_thread():
        yield
