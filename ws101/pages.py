"""A server's page inside the notebook.

Whether the browser can reach the server's port is known to the browser alone: it can if it runs on
this machine, and then the notebook's own address is a loopback one. Otherwise (a hub, Binder, a
remote JupyterLab) the page comes through jupyter-server-proxy, at `<base_url>proxy/<port>/`.
https://jupyter-server-proxy.readthedocs.io/en/latest/arbitrary-ports-hosts.html
"""

from __future__ import annotations

import html
import json
import uuid
from typing import Literal, Protocol

from ws101 import notebook

Via = Literal["auto", "direct", "proxy"]


class Served(Protocol):
    """Whose page it is: a `Server`."""

    name: str
    url: str
    port: int

    @property
    def running(self) -> bool:
        """Whether it answers."""


# Sets one attribute of one element to the server's address as this browser reaches it. Without
# JavaScript (an exported notebook) the attribute keeps the direct address.
_FIND = """<script>(() => {
  const {id, attribute, port, path, base, via} = %s;
  const element = document.getElementById(id);
  if (!element) return;
  const config = document.getElementById("jupyter-config-data");
  const root = document.body.dataset.baseUrl || (config && JSON.parse(config.textContent).baseUrl);
  const loopback = /^(localhost|127(\\.\\d+){3}|\\[::1\\])$/.test(location.hostname);
  const proxied = via === "proxy" || (via === "auto" && root && !loopback);
  const address = proxied
    ? new URL(`${root || base}proxy/${port}/${path.replace(/^\\//, "")}`, location.href).href
    : `http://127.0.0.1:${port}${path}`;
  element.setAttribute(attribute, address);
})();</script>"""


class Page:
    """What `page` returns: shows itself as a frame with the server's page in it."""

    def __init__(self, server: Served, path: str, height: int, via: Via) -> None:
        self._server = server
        self._path = path
        self._height = height
        self._via = via

    def __repr__(self) -> str:
        return f"<Page of {self._server.name} at {self._server.url}{self._path}>"

    def _repr_html_(self) -> str:
        frame = f"ws101-{uuid.uuid4().hex}"
        name = html.escape(self._server.name)
        own_tab = link(self._server, self._path, self._via, text="Open it in its own tab")
        return (
            f'<iframe id="{frame}" title="The page of {name}" style="box-sizing: border-box; '
            f'width: 100%; height: {self._height}px; border: 1px solid #767676"></iframe>'
            + _find(frame, "src", self._server, self._path, self._via)
            + f"<div>{own_tab}</div>"
        )


def page(server: Served, path: str = "/", *, height: int = 320, via: Via = "auto") -> Page:
    """Show a page of `server` in the notebook.

    Args:
        server: what `serve` returned.
        path: which page, starting with `/`.
        height: of the frame, in CSS pixels.
        via: `auto` lets the browser decide; `direct` or `proxy` decide for it, for example
            `proxy` where JupyterLab comes through an SSH tunnel that carries one port only.
    """
    if via not in ("auto", "direct", "proxy"):
        raise ValueError(f"via is 'auto', 'direct' or 'proxy', not {via!r}.")
    if not path.startswith("/"):
        raise ValueError(f"path starts with a slash: {'/' + path!r}, not {path!r}.")
    if not server.running:
        raise RuntimeError(f"{server.name} has stopped. Run the cell that serves it again.")
    return Page(server, path, height, via)


def link(server: Served, path: str = "/", via: Via = "auto", text: str | None = None) -> str:
    """HTML of a link to a page of `server` that leads there from where the browser is."""
    anchor = f"ws101-{uuid.uuid4().hex}"
    direct = html.escape(server.url + path)
    return (
        f'<a id="{anchor}" href="{direct}" target="_blank" rel="noopener">'
        f"{html.escape(text or server.url)}</a>" + _find(anchor, "href", server, path, via)
    )


def _find(element: str, attribute: str, server: Served, path: str, via: Via) -> str:
    settings = {"id": element, "attribute": attribute, "port": server.port, "path": path}
    settings |= {"base": notebook.base_url(), "via": via}
    return _FIND % json.dumps(settings).replace("<", "\\u003c")
