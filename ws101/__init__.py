"""The teaching kit of "101 Switching Protocols": launch, show, check, measure.

Lessons are plain FastAPI and plain `websockets`. This package only puts a server behind a
notebook (`serve`), shows its page in the notebook (`page`) and lists what runs (`servers`).
"""

from ws101.pages import page
from ws101.serving import Server, ServerFailed, serve, servers

__all__ = ["Server", "ServerFailed", "page", "serve", "servers"]
__version__ = "0.1.0"
