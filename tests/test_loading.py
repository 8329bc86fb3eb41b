"""What `serve` is given: an app, a file that has one, or something else, and the words for that."""

import asyncio
import sys
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI

from tests.echoing import echo_app, echoed
from tests.leaks import no_server
from ws101 import ServerFailed, loading, serve


@pytest.fixture(autouse=True)
def _nothing_is_left():
    with no_server():
        yield


@asynccontextmanager
async def failing(app):
    raise LookupError("no database")
    yield


@asynccontextmanager
async def endless(app):
    await asyncio.Event().wait()
    yield


def test_a_failing_lifespan_is_raised_with_its_words():
    with pytest.raises(ServerFailed, match="app is not served") as failure:
        serve(FastAPI(lifespan=failing), port=0)
    assert "LookupError: no database" in str(failure.value)
    assert "Application startup failed" in str(failure.value)


def test_an_endless_lifespan_is_raised_after_the_limit():
    with pytest.raises(ServerFailed, match="must `yield`"):
        serve(FastAPI(lifespan=endless), port=0, start_within=0.2)


async def an_app_factory():
    return echo_app()


class Old:
    def __init__(self, scope): ...


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "was given None"),
        (42, "42 of type int"),
        (FastAPI, r"the class FastAPI\. Make an instance of it first: app = FastAPI\(\)"),
        (Old, "the class Old"),
        (echo_app, r"call it: serve\(echo_app\(\)\)"),
        (lambda scope, receive, send: None, "is not `async def`"),
        ({}, r"\{\} of type dict"),
    ],
)
def test_what_is_no_app_is_a_type_error_that_names_the_mend(given, words):
    with pytest.raises(TypeError, match=words):
        serve(given, port=0)


def test_a_coroutine_is_no_app():
    with pytest.raises(TypeError, match="without calling or awaiting it"):
        serve(an_app_factory(), port=0)


def test_files_that_hold_no_app(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.py").write_text("app = (\n")
    (tmp_path / "empty.py").write_text("")
    (tmp_path / "other.py").write_text("from fastapi import FastAPI\napi = FastAPI()\n")
    (tmp_path / "raising.py").write_text("1 / 0\n")
    with pytest.raises(SyntaxError) as syntax:
        serve("broken.py", port=0)
    assert (syntax.value.filename, syntax.value.lineno) == (str(tmp_path / "broken.py"), 1)
    with pytest.raises(AttributeError, match=r"empty.py defines no `app`. Add: app = FastAPI\(\)"):
        serve("empty.py", port=0)
    with pytest.raises(AttributeError, match="It has api: name it `app`"):
        serve("other.py", port=0)
    with pytest.raises(ZeroDivisionError):
        serve("raising.py", port=0)
    with pytest.raises(FileNotFoundError, match=r"In \. there is: other.py"):
        serve("othr.py", port=0)
    with pytest.raises(FileNotFoundError, match=r"In servers there is: hello.py"):
        serve("servers/helo.py", port=0)


# Files


async def test_a_course_file_is_found_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with serve("servers/hello.py", port=0) as server:
        assert server.name == "hello"
        assert await echoed(server, "Ana") == "Hello, Ana!"


async def test_an_edited_file_and_what_it_imports_are_served_anew(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "apps"
    folder.mkdir()
    (folder / "word.py").write_text("WORD = 'one'\n")
    (folder / "say.py").write_text(
        "from fastapi import FastAPI, WebSocket\n"
        "from apps.word import WORD\n"
        "app = FastAPI()\n"
        "@app.websocket('/ws')\n"
        "async def say(ws: WebSocket):\n"
        "    await ws.accept()\n"
        "    await ws.send_text(WORD + await ws.receive_text())\n"
    )
    async with serve("apps/say.py", port=0) as server:
        assert await echoed(server, "!") == "one!"
    (folder / "word.py").write_text("WORD = 'two'\n")
    async with serve("apps/say.py", port=0) as server:
        assert await echoed(server, "!") == "two!"
    (folder / "say.py").write_text((folder / "say.py").read_text().replace("WORD +", "'3' +"))
    async with serve("apps/say.py", port=0) as server:
        assert await echoed(server, "!") == "3!"


def test_a_file_named_like_a_module_hides_nothing(tmp_path, monkeypatch):
    import json

    monkeypatch.chdir(tmp_path)
    (tmp_path / "json.py").write_text("app = 'mine'\n")
    assert loading.load("json.py") == "mine"
    assert sys.modules["json"] is json
