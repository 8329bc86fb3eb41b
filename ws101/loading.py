"""From what a learner hands to `serve` to an ASGI app, or to an error that names the mend."""

from __future__ import annotations

import difflib
import importlib.util
import inspect
import os
import sys
from pathlib import Path
from typing import Any

COURSE = Path(__file__).resolve().parent.parent  # where the kit is installed from


def find(file: str | os.PathLike[str]) -> tuple[Path, Path]:
    """The file's full path, and the folder that its name starts from.

    A relative name is looked for in the working directory, then in each folder above it, then in
    the course's own folder: `servers/echo.py` is found from `notebooks/` and from anywhere else.
    """
    name = Path(file).expanduser()
    here = Path.cwd()
    roots = [Path(name.anchor)] if name.is_absolute() else [here, *here.parents, COURSE]
    for root in roots:
        if (root / name).is_file():
            if name.is_absolute():
                root = COURSE if name.is_relative_to(COURSE) else name.parent
                name = name.relative_to(root)
            return root / name, root
    folder = next((r / name.parent for r in roots if (r / name.parent).is_dir()), None)
    near = difflib.get_close_matches(
        name.name, sorted(p.name for p in folder.glob("*.py")) if folder else [], n=3, cutoff=0.4
    )
    raise FileNotFoundError(
        f"There is no file {str(name)!r} in {here}, in a folder above it, or in the course. "
        + (f"In {name.parent} there is: {', '.join(near)}." if near else "Look at its spelling.")
    )


def load(file: str | os.PathLike[str]) -> Any:
    """Run the file, as it is now, and return its `app`.

    Modules beside it are read anew too, so what was edited is what is served. An error in the
    file is raised here as it is.
    """
    path, root = find(file)
    parts = path.relative_to(root).with_suffix("").parts
    # Alone in its folder a file may be called anything, json.py included: give it a name that
    # hides nothing. In a folder it is named as `uvicorn servers.echo:app` names it.
    name = ".".join(parts) if len(parts) > 1 else f"served_{parts[0]}"
    _forget(f"{parts[0]}.", path.parent)
    if str(root) not in sys.path:
        sys.path.append(str(root))  # at the end: it must not hide what is installed

    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise TypeError(f"{path.name} is not a Python file: serve() takes an app or a .py file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    # A cached .pyc counts as fresh for two edits within one second and of one length.
    source = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    try:
        exec(source, module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    if not hasattr(module, "app"):
        apps = [k for k, v in vars(module).items() if type(v).__name__ in ("FastAPI", "Starlette")]
        raise AttributeError(
            f"{path.name} defines no `app`."
            + (f" It has {', '.join(apps)}: name it `app`." if apps else " Add: app = FastAPI()")
        )
    return module.app


def _forget(prefix: str, folder: Path) -> None:
    """Have modules of that prefix that lie in `folder` imported anew when next asked for."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.startswith(prefix) and file and Path(file).is_relative_to(folder):
            del sys.modules[name]


def check(app: Any) -> Any:
    """Return `app` if it is an ASGI 3 application, else raise `TypeError` that says what to do.

    https://asgi.readthedocs.io/en/latest/specs/main.html#applications
    """
    given = f"serve() was given {_describe(app)}"
    if inspect.isclass(app):
        raise TypeError(f"{given}. Make an instance of it first: app = {app.__name__}()")
    if inspect.iscoroutine(app):
        app.close()
        raise TypeError(f"{given}. Give the app itself, without calling or awaiting it.")
    if not callable(app):
        raise TypeError(f"{given}. It takes an ASGI app, such as FastAPI(), or the name of a file.")
    call = app if inspect.isfunction(app) or inspect.ismethod(app) else type(app).__call__
    try:
        inspect.signature(app).bind("scope", "receive", "send")
    except TypeError:
        name = getattr(app, "__name__", "make_app")
        raise TypeError(
            f"{given}, which does not take (scope, receive, send). If it makes the app, "
            f"call it: serve({name}())"
        ) from None
    except ValueError:
        pass  # a builtin without a signature: let the server find out
    if not (inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(app)):
        raise TypeError(f"{given}, which is not `async def`. An ASGI app is.")
    return app


def _describe(thing: Any) -> str:
    if inspect.isclass(thing):
        return f"the class {thing.__name__}"
    if inspect.isroutine(thing):
        return f"the function {thing.__name__}()"
    if inspect.iscoroutine(thing):
        return f"a coroutine, {thing.__name__}()"
    return "None" if thing is None else f"{thing!r:.60} of type {type(thing).__name__}"
