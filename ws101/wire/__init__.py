"""See the wire: every byte between a server and its clients, parsed and drawn.

Arrows run one way. What catches, while the server runs, imports little:

    wire -> view, tap -> recording

The rest is imported when somebody looks. What parses has no socket in sight:

    reader -> conversation -> http, handshake, frames -> messages, rules -> deflate, masking

and what draws knows events and the rules, neither sockets nor parsers:

    live -> html, text -> rows, labels, strip, detail -> events
    live, pcap -> recording
"""

from ws101.wire.view import View
from ws101.wire.wire import Wire

__all__ = ["View", "Wire"]
