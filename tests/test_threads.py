"""Where coroutines stand."""

import asyncio

from ws101 import threads


async def numbers():
    async for number in more():
        yield number


async def more():
    await asyncio.Event().wait()
    yield 1


async def adds_up():
    async for number in numbers():
        return number


async def test_a_coroutine_is_followed_through_asynchronous_generators():
    task = asyncio.create_task(adds_up())
    await asyncio.sleep(0)
    lines = [frame.line for frame in threads.awaited(task.get_coro()) if frame.filename == __file__]
    where = threads.place(threads.awaited(task.get_coro()))
    task.cancel()
    assert lines == [
        "async for number in numbers():",
        "async for number in more():",
        "await asyncio.Event().wait()",
    ]
    assert where.startswith("await asyncio.Event().wait() (")
