"""not attempted: the line that holds the place is still there."""

from websockets import connect


async def greet_all(url, names, limit):
    answers = []
    async with connect(url) as ws:
        raise NotImplementedError("Put your code here, in place of this line.")
    return answers
