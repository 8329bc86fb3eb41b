"""Sockets bound in the caller, so that a taken port is an error in the learner's own cell."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from collections.abc import Callable

FIRST, LAST = 8000, 8099


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens at `host` and `port` (0: any free one). `OSError` if it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.create_server((host, port), family=family, backlog=2048)
    # asyncio turns Nagle's algorithm off, but only for sockets that say they are TCP. With it, the
    # second of two small messages waits some 40 ms for the acknowledgement of the first.
    return socket.socket(family, bound.type, socket.IPPROTO_TCP, fileno=bound.detach())


def listen(
    host: str, port: int | None, earlier: int | None, holder: Callable[[int], str]
) -> socket.socket:
    """A listening socket, at the port that was asked for or, if none was, at a free one.

    Args:
        port: an explicit one, 0 for any free one, or `None` for the first free one from 8000 on.
        earlier: where the same cell's server was before, preferred if the port is not explicit.
        holder: says who holds a port, as `ports.holder` does.

    Raises:
        OSError: the explicit port is taken.
    """
    if port == 0:
        try:
            return bind(host, earlier or 0)
        except OSError:
            return bind(host, 0)
    if port is not None:
        try:
            return bind(host, port)
        except OSError as error:
            if is_taken(error):
                error.strerror = (
                    f"Port {port} is taken{holder(port)}. Stop that one, choose another port, or "
                    "leave port= out to get the next free one"
                )
            raise
    wanted = earlier or FIRST
    listener = _bind_first_free(host, wanted)
    if (got := listener.getsockname()[1]) != wanted:
        print(f"Port {wanted} is taken{holder(wanted)}, so this one is at port {got}.")
    return listener


def _bind_first_free(host: str, wanted: int) -> socket.socket:
    for port in (wanted, *range(FIRST, LAST + 1)):
        try:
            return bind(host, port)
        except OSError as error:
            if not is_taken(error):
                raise
    return bind(host, 0)  # a machine that a whole class shares


def is_taken(error: OSError) -> bool:
    """Whether binding failed because somebody else holds the port (Windows says EACCES too)."""
    return error.errno in (errno.EADDRINUSE, errno.EACCES)


def holder(port: int) -> str:
    """Who listens at `port`, for a message: ` by python3 (process 4711)`, or `` if unknown."""
    import psutil  # only needed when something went wrong

    try:
        for found in psutil.net_connections(kind="tcp"):
            if found.status == psutil.CONN_LISTEN and found.laddr.port == port and found.pid:
                return f" by {psutil.Process(found.pid).name()} (process {found.pid})"
    except psutil.Error:
        pass  # other users' processes are not ours to see
    return ""


def bypass_proxy() -> None:
    """Let clients of this process reach loopback directly, whatever proxy the environment names.

    `websockets` and `httpx` follow the proxy variables; a proxy elsewhere cannot reach us here.
    https://websockets.readthedocs.io/en/stable/topics/proxies.html
    """
    for name in ("no_proxy", "NO_PROXY"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        missing = [host for host in ("127.0.0.1", "localhost") if host not in hosts]
        if missing:
            os.environ[name] = ",".join(hosts + missing)


def is_loopback(host: str) -> bool:
    """Whether `host` is an address that only this machine can reach."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
