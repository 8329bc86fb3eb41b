"""What is no answer gets a sentence that says what to hand in."""

import pytest
from fastapi import APIRouter, FastAPI, WebSocket

from tests.check.answers import app_of, echo_exercise, right
from ws101.check import Verdict
from ws101.check.exercise import Exercise
from ws101.check.kinds import App, Client, Function, Value

CALL = "The check is called like this: check.tried(app)"


def make_app():
    return app_of(right)


def with_routes(**routes):
    app = FastAPI()
    for path in routes.get("sockets", ()):
        app.websocket(path)(right)
    for path in routes.get("pages", ()):
        app.get(path)(make_app)
    return app


async def handler(ws: WebSocket):
    """Somebody handed in the handler and not its app."""


def sync_asgi(scope, receive, send):
    """An ASGI app that forgot its `async`."""


NO_APPS = [
    (None, "This is None. The check takes the app itself, such as app = FastAPI()."),
    ("app", "This is 'app', of type str. The check takes the app itself"),
    (FastAPI, "This is the class FastAPI. Make an app of it first: app = FastAPI()"),
    (make_app, "If it makes the app, call it: make_app()"),
    (handler, "This is the function handler(), which is no app"),
    (sync_asgi, "This is the function sync_asgi(), which is not `async def`. An app is."),
    (with_routes(), "The app has no WebSocket route /ws. It has no WebSocket route at all."),
    (with_routes(sockets=["/echo", "/chat"]), "no WebSocket route /ws. It has /echo, /chat."),
    (with_routes(pages=["/ws"]), "The app has a route /ws, but an HTTP one."),
]


@pytest.mark.parametrize(("answer", "words"), NO_APPS)
def test_what_is_no_app(answer, words):
    report = echo_exercise()(answer)
    assert report.verdict == Verdict.NOT_GRADABLE
    assert words in report.says
    assert report.says.endswith(CALL)
    assert all(result.finding is None for result in report.behaviours)


def test_nothing_at_all():
    report = echo_exercise()()
    assert report.verdict == Verdict.NOT_GRADABLE
    assert report.says == "Hand in your answer: check.tried(app)"


def test_the_place_holder_is_not_attempted():
    report = echo_exercise()(...)
    assert report.verdict == Verdict.NOT_ATTEMPTED
    assert report.says == "Your answer is still `...`, which holds the place for it."


def test_routes_of_an_included_router_count():
    router = APIRouter(prefix="/rooms")
    router.websocket("/{room}/ws")(right)
    app = FastAPI()
    app.include_router(router)
    assert App("/rooms/7/ws?token=x").refusal(app) is None


def test_a_route_is_named_as_the_task_writes_it():
    refusal = App("/chat/7?token=abc", route="/chat/{room_id}").refusal(with_routes())
    assert '@app.websocket("/chat/{room_id}")' in refusal


async def client(url):
    """A client that does nothing."""


NO_CLIENTS = [
    (None, "This is None. The check takes a function, without calling it."),
    (lambda url: None, "A client awaits, so it must be `async def`."),
    (make_app, "does not take (url), as the task asks."),
]


@pytest.mark.parametrize(("answer", "words"), NO_CLIENTS)
def test_what_is_no_client(answer, words):
    assert words in Client("url").refusal(answer)
    assert Client("url").refusal(client) is None


def test_a_coroutine_in_place_of_its_function():
    coroutine = client("ws://nowhere")
    assert Function("url").refusal(coroutine) == (
        "This is a coroutine, client(). Hand in the function itself, without calling it."
    )


def test_a_value_of_the_wrong_type():
    assert Value(bytes).refusal(b"GET") is None
    assert Value(bytes).refusal("GET") == (
        "This is 'GET', of type str. The check takes bytes. Put a b before the quotes, or "
        ".encode() behind."
    )


def test_an_exercise_needs_a_hint():
    with pytest.raises(ValueError, match="has no hint"):
        Exercise("hopeless", App(), hints=())
