"""A port that a test gives up and takes again."""

from __future__ import annotations

import secrets
import socket


def lasting() -> int:
    """A port that is free, and stays so though nobody listens there for a while.

    Of its own accord the system hands out higher ones only, to servers at port 0 and to clients.
    https://docs.kernel.org/networking/ip-sysctl.html (ip_local_port_range)
    """
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) != 0:
                return port
