"""What the text of the learner's code says, where what happened does not tell enough."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Collection, Iterator
from typing import Any

from ws101.check.places import Place

_OF_WEBSOCKETS = {
    "accept", "receive", "receive_text", "receive_bytes", "receive_json",
    "send", "send_text", "send_bytes", "send_json", "close", "recv",
}  # fmt: skip
_OF_ANYTHING = {
    "receive_text", "receive_bytes", "receive_json", "send_text", "send_bytes", "send_json",
}  # fmt: skip
_OF_ASYNCIO = {"sleep", "gather", "wait_for", "wait", "to_thread"}

_LOOPS = (ast.While, ast.For, ast.AsyncFor)
_CONTAINERS = (ast.List, ast.Dict, ast.Set, ast.Constant, ast.ListComp, ast.DictComp, ast.SetComp)


class Source:
    """The text of a function of the learner's, and of those in the same cell or file that it uses.

    Args:
        function: the function. Of anything else, and where the text is gone, nothing is known.
    """

    def __init__(self, function: Any) -> None:
        code = getattr(function, "__code__", None)
        self._file = code.co_filename if code else ""
        everything = [node for node in ast.walk(_parsed(self._file)) if _is_function(node)]
        self._function = next(
            (f for f in everything if _first_line(f) == code.co_firstlineno), None
        )
        self._used = [self._function] if self._function else []
        for one in self._used:  # which grows meanwhile
            names = set(_names(one))
            self._used += [f for f in everything if f.name in names and f not in self._used]

    def not_awaited(self) -> list[Place]:
        """Calls of well-known coroutine functions that stand alone, without `await`."""
        sockets = {arg.arg for f in self._used for arg in f.args.args if _is_socket(arg)}
        return [
            _place(self._file, node)
            for function in self._used
            for node in ast.walk(function)
            if isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Attribute)
            and _makes_coroutine(node.value.func, sockets)
        ]

    def is_plain_def(self) -> bool:
        """Whether the function is a `def`, not an `async def`."""
        return isinstance(self._function, ast.FunctionDef)

    def state_of_its_own(self) -> list[Place]:
        """Containers and constants that the function makes for itself and then changes.

        Each call of the function has its own, so no two connections share them.
        """
        if self._function is None:
            return []
        made: dict[str, Place] = {}
        for statement in self._function.body:  # not in loops: what is made there is to be new
            if isinstance(statement, ast.Assign) and isinstance(statement.value, _CONTAINERS):
                for target in statement.targets:
                    if isinstance(target, ast.Name):
                        made[target.id] = _place(self._file, statement)
        loops = (n for n in ast.walk(self._function) if isinstance(n, _LOOPS))
        changed = {name for loop in loops for name in _changed(loop)}
        return [place for name, place in made.items() if name in changed]


def loop_around(file: str, lines: Collection[int]) -> tuple[Place, bool] | None:
    """The innermost loop that has all these lines in it.

    Returns:
        its first line, and whether it catches every exception that is raised in it.
    """
    loops = [
        node
        for node in ast.walk(_parsed(file))
        if isinstance(node, _LOOPS)
        and node.lineno <= min(lines)
        and max(lines) <= (node.end_lineno or 0)
    ]
    if not loops:
        return None
    loop = max(loops, key=lambda node: node.lineno)
    handlers = [node for node in ast.walk(loop) if isinstance(node, ast.ExceptHandler)]
    return _place(file, loop), any(map(_catches_all, handlers))


def _catches_all(handler: ast.ExceptHandler) -> bool:
    """Whether it is `except:` or as good as that, and goes on with the loop."""
    broad = handler.type is None or ast.unparse(handler.type) in ("Exception", "BaseException")
    leaves = (ast.Raise, ast.Return, ast.Break)
    return broad and not any(isinstance(node, leaves) for node in ast.walk(handler))


def _place(file: str, node: ast.stmt) -> Place:
    return Place(file, node.lineno, linecache.getline(file, node.lineno).strip())


def _parsed(file: str) -> ast.AST:
    """The syntax tree of a file or cell; an empty one where that cannot be had."""
    text = "".join(linecache.getlines(file)) if file else ""
    try:
        return compile(text, file, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError):
        return ast.Module([], [])


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _first_line(function: Any) -> int:
    """Where it begins, as its code object counts: at its first decorator."""
    return min(node.lineno for node in [function, *function.decorator_list])


def _names(function: ast.AST) -> Iterator[str]:
    """What a function may call: each name, and each attribute's."""
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def _is_socket(arg: ast.arg) -> bool:
    return arg.arg in ("ws", "websocket") or (
        arg.annotation is not None and "WebSocket" in ast.unparse(arg.annotation)
    )


def _makes_coroutine(method: ast.Attribute, sockets: set[str]) -> bool:
    """Whether calling it makes a coroutine, judged by names: `time.sleep` does not."""
    owner = method.value.id if isinstance(method.value, ast.Name) else ""
    return (
        method.attr in _OF_ANYTHING
        or (owner in sockets and method.attr in _OF_WEBSOCKETS)
        or (owner == "asyncio" and method.attr in _OF_ASYNCIO)
    )


def _changed(loop: ast.AST) -> Iterator[str]:
    """The names that a loop assigns to, or calls a method of."""
    for node in ast.walk(loop):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.value, ast.Name):
            yield node.value.id
