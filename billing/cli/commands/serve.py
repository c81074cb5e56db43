"""`billing serve`: the web application on one address, until it is interrupted.

It speaks plain HTTP and listens on the machine itself unless told otherwise; encryption
and the open net belong to the proxy in front of it. Requests are not logged one by one.
With `--workers` several processes share the address; one that dies is started again.
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from billing.cli.command import CommandContext, command
from billing.cli.exit_codes import complain
from billing.server import serving
from billing.server.app import create_app
from billing.server.sockets import listening_on
from billing.tools.demo import serving as demo_serving
from foundation.database import Database
from foundation.errors import Refused
from foundation.text import Text
from operations.settings import Settings

alone = typer.Typer()


@command(alone, "serve")
def serve(
    context: CommandContext,
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
        raise Refused(Text("En demo svarar i en enda process. Ta bort --workers eller --dir."))
    answer: Callable[[socket.socket], None]
    if folder is not None:
        answer = partial(demo_serving.serve, demo_serving.application(folder))
    elif workers == 1:
        answer = partial(serving.serve, create_app(Settings(database_url=context.url)))
    else:
        # An address that cannot be read is told here, and not by each process.
        Database(context.url).close()
        answer = partial(serving.serve_together, context.url, workers)
    listening = listening_on(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
    complain(context.say(Text("Lyssnar på %(address)s. Avsluta med Ctrl+C.", address=address)))
    try:
        with suppress(KeyboardInterrupt):
            answer(listening)
    finally:
        listening.close()
    complain(context.say(Text("Stoppad.")))
