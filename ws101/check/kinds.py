"""What an exercise asks for: an app, a client, a function or a value; and what to say of others."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Protocol

from starlette.routing import BaseRoute, Match

from ws101.check.apps import AppRoom
from ws101.check.calls import FunctionRoom
from ws101.check.clients import ClientRoom
from ws101.check.hosting import Host
from ws101.check.loops import LoopThread
from ws101.check.rooms import Room

NOTHING: Any = object()
"""Stands for an answer that was not given."""


class Kind(Protocol):
    """What an exercise asks for.

    Attributes:
        call: how a check of it is called: "check.{name}(app)".
        keeps_state: whether an answer goes on where its last check ended, if it is tried again.
    """

    call: str
    keeps_state: bool

    def refusal(self, answer: Any) -> str | None:
        """Why this cannot be graded, in a sentence; `None` if it can."""

    def function(self, answer: Any) -> Any:
        """The function of the learner's that matters most, for its source."""

    def room(self, answer: Any, learner: LoopThread) -> Room:
        """Where to try it."""


class App:
    """An ASGI app with a WebSocket route.

    Args:
        path: where clients connect. `{name}` in it stands for a client's name.
        route: how the task writes it, "/chat/{room_id}"; by default the path, without its query.
        options: for `uvicorn.Config`, such as `ws_ping_interval=0.5`.
    """

    call = "check.{name}(app)"
    keeps_state = True

    def __init__(self, path: str = "/ws", route: str | None = None, **options: Any) -> None:
        self.path = path
        self._route = route or path.partition("?")[0]
        self._options = options

    def refusal(self, answer: Any) -> str | None:
        what = _describe(answer)
        if inspect.isclass(answer):
            return f"This is {what}. Make an app of it first: app = {answer.__name__}()"
        if not callable(answer):
            return f"This is {what}. The check takes the app itself, such as app = FastAPI()."
        call = answer if inspect.isroutine(answer) else type(answer).__call__
        if not _takes_asgi(answer):
            name = getattr(answer, "__name__", "make_app")
            return (
                f"This is {what}, which is no app: it does not take (scope, receive, send). "
                f"If it makes the app, call it: {name}()"
            )
        if not (inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(answer)):
            return f"This is {what}, which is not `async def`. An app is."
        return self._no_route(answer)

    def _no_route(self, app: Any) -> str | None:
        routes = getattr(app, "routes", None)
        if routes is None:
            return None  # not of Starlette's family: the handshake will tell
        path = self.path.partition("?")[0].format(name="ana")
        scope = {"type": "websocket", "path": path, "root_path": "", "headers": []}
        if any(route.matches(scope)[0] == Match.FULL for route in routes):
            return None
        scope |= {"type": "http", "method": "GET"}
        if any(route.matches(scope)[0] != Match.NONE for route in routes):
            return (
                f"The app has a route {self._route}, but an HTTP one. A WebSocket's is made with "
                f'@app.websocket("{self._route}").'
            )
        sockets = [_path(route) for route in routes if "WebSocket" in type(route).__name__]
        there = f"It has {', '.join(sockets)}." if sockets else "It has no WebSocket route at all."
        return (
            f"The app has no WebSocket route {self._route}. {there} The line above the handler "
            f'reads @app.websocket("{self._route}").'
        )

    def function(self, answer: Any) -> Any:
        routes = getattr(answer, "routes", ())
        sockets = [r for r in routes if "WebSocket" in type(r).__name__]
        endpoints = [getattr(route, "endpoint", None) for route in sockets]
        return next((e for e in endpoints if e is not None), answer)

    def room(self, answer: Any, learner: LoopThread) -> AppRoom:
        return AppRoom(answer, learner, Host(answer, learner, "your app", self._options), self.path)


class Function:
    """A plain function, or an `async` one, that is called and returns something.

    Args:
        parameters: their names: how the check calls it, and how many it must take.
    """

    call = "check.{name}({answer})"
    keeps_state = False

    def __init__(self, *parameters: str) -> None:
        self.parameters = parameters

    def refusal(self, answer: Any) -> str | None:
        return _no_function(answer, self.parameters)

    def function(self, answer: Any) -> Any:
        return answer

    def room(self, answer: Any, learner: LoopThread) -> FunctionRoom:
        return FunctionRoom(answer, learner)


class Client(Function):
    """A coroutine function that talks to a server; the check is the server.

    Args:
        parameters: their names; the first is the server's address, `ws://…`.
    """

    def refusal(self, answer: Any) -> str | None:
        if (refusal := _no_function(answer, self.parameters)) is not None:
            return refusal
        if not inspect.iscoroutinefunction(answer):
            return f"This is {_describe(answer)}. A client awaits, so it must be `async def`."
        return None

    def room(self, answer: Any, learner: LoopThread) -> ClientRoom:
        return ClientRoom(answer, learner)


class Value:
    """A value, such as bytes that were put together by hand.

    Args:
        type_: what it must be an instance of.
    """

    call = "check.{name}({answer})"
    keeps_state = False

    def __init__(self, type_: type = bytes) -> None:
        self._type = type_

    def refusal(self, answer: Any) -> str | None:
        if isinstance(answer, self._type):
            return None
        refusal = f"This is {_describe(answer)}. The check takes {self._type.__name__}."
        if isinstance(answer, str) and self._type is bytes:
            refusal += " Put a b before the quotes, or .encode() behind."
        return refusal

    def function(self, answer: Any) -> Any:
        return None

    def room(self, answer: Any, learner: LoopThread) -> ClientRoom:
        return ClientRoom(answer, learner)


def _no_function(answer: Any, parameters: tuple[str, ...]) -> str | None:
    what = _describe(answer)
    if inspect.iscoroutine(answer):
        answer.close()
        return f"This is {what}. Hand in the function itself, without calling it."
    if inspect.isclass(answer) or not callable(answer):
        return f"This is {what}. The check takes a function, without calling it."
    try:
        inspect.signature(answer).bind(*parameters)
    except TypeError:
        return f"{what.capitalize()} does not take ({', '.join(parameters)}), as the task asks."
    except ValueError:
        pass  # a builtin without a signature: calling it will tell
    return None


def _takes_asgi(app: Callable[..., Any]) -> bool:
    try:
        inspect.signature(app).bind("scope", "receive", "send")
    except TypeError:
        return False
    except ValueError:
        pass  # a builtin without a signature
    return True


def _path(route: BaseRoute) -> str:
    return getattr(route, "path", str(route))


def _describe(thing: Any) -> str:
    if inspect.isclass(thing):
        return f"the class {thing.__name__}"
    if inspect.isroutine(thing):
        return f"the function {thing.__name__}()"
    if inspect.iscoroutine(thing):
        return f"a coroutine, {thing.__name__}()"
    return "None" if thing is None else f"{thing!r:.60}, of type {type(thing).__name__}"
