"""See the wire: every byte between a server and its clients, parsed and drawn.

Arrows run one way, from catching to drawing:

    tap -> recording -> reader -> conversation -> http, handshake, frames -> messages -> deflate
    events <- rows, labels, lanes <- text, html, pcap <- live <- view <- wire

`tap` and `recording` run while the server does, and import little. The rest is imported when
somebody looks. What parses has no socket, what draws knows neither sockets nor parsers.
"""

from ws101.wire.view import View
from ws101.wire.wire import Wire

__all__ = ["View", "Wire"]
