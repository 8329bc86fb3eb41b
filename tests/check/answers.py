"""Short answers to try, and an exercise to try them with."""

from fastapi import FastAPI, WebSocket

from ws101.check.apps import AppRoom
from ws101.check.exercise import Exercise
from ws101.check.kinds import App


def app_of(handler, **options):
    """An app whose route /ws is `handler`."""
    app = FastAPI(**options)
    app.websocket("/ws")(handler)
    return app


async def right(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        await ws.send_text(f"You said: {text}")


def echo_exercise(**options):
    """As `check.echo`, in two behaviours."""
    exercise = Exercise("tried", App(), hints=("try",), **options)

    @exercise.behaviour("a text comes back")
    async def comes_back(room: AppRoom):
        ana = await room.join("ana")
        await ana.send("hi")
        await ana.expects("You said: hi")

    @exercise.behaviour("the handler ends quietly")
    async def quietly(room: AppRoom):
        await room.leaves_quietly(await room.join("ana"))

    return exercise


def room_exercise(*behaviours, **options):
    """An exercise with these behaviours, each titled by its function's name."""
    exercise = Exercise("tried", App(**options), hints=("try",))
    for steps in behaviours:
        exercise.behaviour(steps.__name__.replace("_", " "))(steps)
    return exercise
