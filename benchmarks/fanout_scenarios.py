"""What is asked of the peers: more and more clients, one that stalls, many that come and go.

The first two run all their servers at once and take them in turn, so that what else the machine
does falls on all of them alike. Each returns plain data, and calls `progress` with 0 to 1.
"""

from __future__ import annotations

import gc
import random
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from benchmarks.fanout_load import Client, Crowd
from benchmarks.fanout_peers import BOUND, NAMES, running

Progress = Callable[[float], None]
LINE = b"a line of chat, some hundred characters long, as one person may type it to many others, so"
SIZE = 65_536  # bytes in a message, where one client stalls
PATIENCE = 30.0  # seconds over time, after which a run is given up
SETTLE = 0.4  # seconds without a message, after which no more are awaited


def growth(sizes: Sequence[int], rounds: int, progress: Progress) -> dict[str, Any]:
    """Milliseconds until the last client has a message, round by round.

    And the CPU time of a delivery at the largest size, where that was long enough to be told.
    """
    results: dict[str, Any] = {"sizes": list(sizes), "ms": {n: [] for n in NAMES}, "cpu_us": {}}
    steps = sum(sizes) * 3
    with running(*NAMES) as peers, ExitStack() as stack:
        crowds = {peer: stack.enter_context(Crowd()) for peer in peers}
        for done, size in enumerate(sizes):
            for peer, crowd in crowds.items():
                crowd.grow(peer.port, size - len(crowd))
                crowd.fan_out(LINE)  # the first warms up
            times: dict[str, list[float]] = {name: [] for name in NAMES}
            before = {peer.name: _cpu(peer) for peer in peers}
            gc.collect()
            gc.disable()
            for number in range(rounds):
                # At random: what a server still does after a round slows the one after it.
                for peer in random.sample(peers, len(peers)):
                    times[peer.name].append(crowds[peer].fan_out(LINE) * 1000)
                progress((sum(sizes[:done]) * 3 + size * 2 + size * number / rounds) / steps)
            gc.enable()
            for peer in peers:
                used = _cpu(peer) - before[peer.name]
                results["ms"][peer.name].append(times[peer.name])
                if used > 0.2:  # systems count in steps of 10 ms
                    results["cpu_us"][peer.name] = used * 1e6 / (rounds * size)
    return results


def _cpu(peer) -> float:
    times = peer.process.cpu_times()
    return times.user + times.system


class _Stream:
    """One server, its clients, the messages sent to it, and when each client had each."""

    def __init__(self, label: str, peer, clients: list[Client], stalled: Client | None) -> None:
        self.label, self.peer, self.stalled = label, peer, stalled
        self.clients = clients
        self.sent: list[float] = []
        self.had: dict[Client, list[float]] = {client: [] for client in clients}
        self.wrong = 0
        self.idle = peer.process.memory_info().rss
        self.memory: list[tuple[float, float]] = []

    def send(self, now: float, filler: bytes) -> None:
        self.clients[0].send(b"%08d" % len(self.sent) + filler)
        self.sent.append(now)

    def receive(self, client: Client, message: bytes, now: float) -> None:
        times = self.had[client]
        self.wrong += int(message[:8]) != len(times)
        times.append(now)

    def measure(self, now: float) -> None:
        self.memory.append((now, (self.peer.process.memory_info().rss - self.idle) / 2**20))

    def result(self, start: float) -> dict[str, Any]:
        waits = sorted(
            (had - sent) * 1000
            for times in self.had.values()
            for sent, had in zip(self.sent, times, strict=False)
        )
        by_all = zip(*self.had.values(), strict=False)  # as far as all of them got
        return {
            "label": self.label,
            "others": len(self.clients),
            "size": SIZE,
            "bound": BOUND,
            "sent": len(self.sent),
            "delivered": len(waits) / (len(self.sent) * len(self.clients)),
            "wrong": self.wrong,
            "p50_ms": waits[len(waits) // 2],
            "p99_ms": waits[len(waits) * 99 // 100],
            "all_had": [max(times) - start for times in by_all],
            "memory": [(now - start, mib) for now, mib in self.memory],
        }


def stalled(clients: int, count: int, rate: float, progress: Progress) -> list[dict[str, Any]]:
    """One client among many stops reading; `count` messages of 64 KiB, `rate` a second."""
    runs = [("hub, nobody stalls", "hub"), *((n, n) for n in NAMES if n not in _NOT_STALLED)]
    filler = b"." * (SIZE - 8)
    with running(*(name for _, name in runs)) as peers, Crowd() as crowd:
        streams = []
        for (label, _), peer in zip(runs, peers, strict=True):
            readers = crowd.grow(peer.port, clients // 2)
            silent = None if label.endswith("stalls") else Client(peer.port).shake_hands()
            readers += crowd.grow(peer.port, clients - 1 - len(readers))  # it is in their middle
            streams.append(_Stream(label, peer, readers, silent))
        of = {client: stream for stream in streams for client in stream.clients}
        start = last = now = time.perf_counter()
        due = deque(
            (start + (number + turn / len(streams)) / rate, stream)
            for number in range(count)
            for turn, stream in enumerate(streams)
        )
        look = start
        while due or now < last + SETTLE:  # `now` is before a read, which found nothing
            now = time.perf_counter()
            if due and now >= due[0][0]:
                due.popleft()[1].send(now, filler)
                progress(1 - len(due) / (count * len(streams)))
                last = now
            if now >= look:
                look = now + 0.2
                for stream in streams:
                    stream.measure(now)
                    stream.clients[0].flush()
            wait = (due[0][0] if due else look) - now
            for client, message in crowd.read(min(wait, 0.05)):
                of[client].receive(client, message, last := time.perf_counter())
        return [stream.result(start) for stream in streams]


_NOT_STALLED = ("gather", "raw TCP")  # the first as the naive loop, the second as the library


TALK = 50  # messages a second, while clients come and go
STAY = 0.3  # seconds that one who only passes is in the room


class _Passing:
    """Clients that join at a rate and leave at the same rate, each in another way."""

    def __init__(self, port: int, crowd: Crowd) -> None:
        self.port, self.crowd = port, crowd
        self.here: deque[tuple[float, Client]] = deque()
        self.joined: list[Client] = []
        self.left = 0

    def join(self, now: float) -> None:
        client = Client(self.port)
        self.crowd.watch(client)
        self.joined.append(client)
        self.here.append((now, client))

    def leave(self, now: float) -> None:
        """Those whose time is over, once the server has let them in."""
        while self.here and self.here[0][0] < now - STAY and self.here[0][1].settled:
            client = self.here.popleft()[1]
            if not client.gone:
                self.crowd.forget(client)
            client.leave(self.left)
            self.left += 1


def churn(
    names: Sequence[str], stayers: int, rate: int, seconds: float, progress: Progress
) -> list[dict[str, Any]]:
    """`rate` clients join each second and as many leave, while ten of those who stay talk."""
    results = []
    with running(*names) as peers:
        for done, peer in enumerate(peers):
            part = _Part(progress, done, len(peers))
            with Crowd() as crowd:
                results.append(_churn(peer, crowd, stayers, rate, seconds, part))
    return results


def _churn(peer, crowd: Crowd, stayers: int, rate: int, seconds: float, progress: Progress):
    staying = crowd.grow(peer.port, stayers)
    passing = _Passing(peer.port, crowd)
    heard: dict[Client, list[int]] = defaultdict(list)
    sent = 0
    start = last = now = time.perf_counter()
    while now < max(start + seconds, last + SETTLE) or passing.here:
        now = time.perf_counter()
        if now > start + seconds + PATIENCE:
            raise TimeoutError(f"{peer.name} lets nobody in any more")
        elapsed = min(now - start, seconds)
        if len(passing.joined) < elapsed * rate:
            passing.join(now)
        if (talks := sent < int(elapsed * TALK)) or elapsed == seconds:
            passing.leave(now)  # just before somebody talks: the moment in which it does harm
        if talks:
            sender = next((client for client in staying[sent % 10 :] if not client.gone), None)
            if sender:
                sender.send(b"%d" % sent)
            sent, last = sent + 1, now
        for client, message in crowd.read(0.001):
            heard[client].append(int(message))
            last = time.perf_counter()
        progress(elapsed / seconds)
    took = passing.left / (now - start - SETTLE)
    rates = {"asked": rate, "rate": took, "seconds": seconds}
    return _verdict(peer.name, sent, staying, passing, heard) | rates


def _verdict(name, sent, staying, passing, heard) -> dict[str, Any]:
    """Against the order in which the one who heard most heard them."""
    order = max((heard[client] for client in staying), key=len)
    place = {number: index for index, number in enumerate(order)}
    places = {client: [place.get(n, -1) for n in heard[client]] for client in heard}
    slices = [places[client] for client in passing.joined if places.get(client)]
    by_how_many = Counter(number for client in staying for number in set(heard[client]))
    return {
        "label": name,
        "sent": sent,
        "joins": len(passing.joined),
        "refused": sum(not client.open for client in passing.joined),
        "stayers": len(staying),
        "cut": sum(client.gone for client in staying),
        "lost": sent * len(staying) - by_how_many.total(),
        "twice": sum(len(numbers) - len(set(numbers)) for numbers in heard.values()),
        "disordered": sum(numbers != sorted(numbers) for numbers in places.values()),
        "gaps": sum(got != list(range(got[0], got[0] + len(got))) for got in slices),
        "heard_by": [by_how_many[number] / len(staying) for number in range(sent)],
        "talk": TALK,
    }


class _Part:
    """The progress of one part out of several."""

    def __init__(self, progress: Progress, done: int, parts: int) -> None:
        self.progress, self.done, self.parts = progress, done, parts

    def __call__(self, part: float) -> None:
        self.progress((self.done + part) / self.parts)
