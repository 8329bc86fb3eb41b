"""What every test of the checks needs: a record of its own, and nothing left behind."""

import threading

import pytest


@pytest.fixture(autouse=True)
def _own_record(tmp_path, monkeypatch):
    monkeypatch.setenv("WS101_PROGRESS", str(tmp_path / "progress.jsonl"))


@pytest.fixture(autouse=True)
def _no_thread_is_left(_own_record):
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(10)  # a call that blocks in C was let go on until it comes to its end
        assert not thread.is_alive()
