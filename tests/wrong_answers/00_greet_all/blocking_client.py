"""blocked: it uses the client for threads, which holds the loop."""

from websockets.sync.client import connect


async def greet_all(url, names, limit):
    answers = []
    with connect(url) as ws:
        for name in names:
            ws.send(name)
            answers.append(ws.recv(timeout=limit))
    return answers
