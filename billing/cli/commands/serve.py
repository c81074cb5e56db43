"""`billing serve`: the web application on one address, until it is interrupted.

It speaks plain HTTP and listens on the machine itself unless told otherwise; encryption
and the open net belong to the proxy in front of it. Requests are not logged one by one.
With `--workers` several processes share the address; one that dies is started again.
"""

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from billing.cli.command import House, command
from billing.cli.exit_codes import complain
from billing.server.app import create_app
from billing.server.sockets import listening_on
from billing.tools.demo.folder import DATABASE_FILE, clock_of
from billing.tools.demo.work import at_work
from foundation.database import Database
from foundation.errors import Refused
from operations.settings import Settings

alone = typer.Typer()

_SECONDS_TO_FINISH = 10


@command(alone, "serve")
def serve(
    house: House,
    host: Annotated[str, typer.Option(help="Adress att lyssna på / address to listen on")] = "127.0.0.1",
    folder: Annotated[
        Path | None,
        typer.Option("--dir", help="En mapp som demon har fyllt / a folder filled by the demo"),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port; 0 tar en ledig / 0 takes a free one")
    ] = 8000,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Så många processer svarar / so many processes answer")
    ] = 1,
) -> None:
    """Starta webbtjänsten / start the web application."""
    if folder is not None and workers > 1:
        raise Refused(
            "En demo svarar i en enda process. Ta bort --workers eller --dir.",
            "A demo answers in a single process. Leave out --workers or --dir.",
        )
    answer: Callable[[socket.socket], None]
    if folder is not None:
        answer = partial(_serve_demo, _demo(folder))
    elif workers == 1:
        answer = partial(_serve, create_app(Settings(database_url=house.url)))
    else:
        # An address that cannot be read is told here, and not by each process.
        Database(house.url).close()
        answer = partial(_serve_together, house.url, workers)
    listening = listening_on(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
    complain(
        house.say(f"Lyssnar på {address}. Avsluta med Ctrl+C.", f"Listening on {address}. Stop with Ctrl+C.")
    )
    try:
        with suppress(KeyboardInterrupt):
            answer(listening)
    finally:
        listening.close()
    complain(house.say("Stoppad.", "Stopped."))


def _serve(application: FastAPI, listening: socket.socket) -> None:
    uvicorn.Server(_config(application)).run(sockets=[listening])


def _demo(folder: Path) -> FastAPI:
    settings = Settings(database_url=f"sqlite:///{folder / DATABASE_FILE}", is_demo=True)
    return create_app(settings, business_clock=clock_of(folder))


def _serve_demo(application: FastAPI, listening: socket.socket) -> None:
    with at_work(application.state.database):
        _serve(application, listening)


def _serve_together(url: str, workers: int, listening: socket.socket) -> None:
    """Several processes on one address; each makes its application of the environment, which names the database."""
    os.environ["BILLING_DATABASE_URL"] = url
    config = _config("billing.server.app:application", factory=True, workers=workers)
    Multiprocess(config, sockets=[listening]).run()


def _config(application: FastAPI | str, **more: Any) -> uvicorn.Config:  # noqa: ANN401 - the server's own settings
    return uvicorn.Config(
        application,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        **more,
    )
