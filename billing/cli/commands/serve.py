"""`billing serve`: the web application on one address, until it is interrupted.

It speaks plain HTTP and listens on the machine itself unless told otherwise; encryption
and the open net belong to the proxy in front of it. Requests are not logged one by one.
With several buyers it answers for each of them, or with --buyer for one. With `--workers`
several processes share the address; one that dies is started again.
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from billing.cli.command import CommandContext, command
from billing.cli.every_buyer import missing_marks, only, refuse_old_zones
from billing.cli.exit_codes import complain
from billing.server import openable, serving
from billing.server.installation_app import InstallationApp
from billing.server.observability import telemetry
from billing.server.sockets import listening_on
from billing.tools.demo import ready_client
from billing.tools.demo import serving as demo_serving
from billing.tools.demo.ready_client import ReadyClient
from foundation.database import Database
from foundation.errors import Refused
from foundation.text import Text

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
    telemetry.require()
    answer: Callable[[socket.socket], None]
    named = _named(context) if context.asked else ""
    tried: ReadyClient | None = None
    if folder is not None:
        demo = demo_serving.application(folder)
        tried = ready_client.ready(demo.state.database)
        answer = partial(demo_serving.serve, demo)
    elif workers == 1:
        answer = partial(serving.serve, InstallationApp(context.common, only=named))
    else:
        # An address that cannot be read is told here, and not by each process.
        Database(context.installation_url, options=context.common.database_options).close()
        answer = partial(serving.serve_together, context.installation_url, named, workers)
    unmarked: list[str] = []
    if folder is None:
        with context.installation() as installation:
            openable.prove(installation)
            # A worker would refuse them too; whoever starts both is told by the first.
            refuse_old_zones(installation)
            unmarked = list(missing_marks(context, installation))
    listening = listening_on(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
    complain(context.say(Text("Lyssnar på %(address)s. Avsluta med Ctrl+C.", address=address)))
    for each in unmarked:
        complain(each)
    if tried is not None:
        complain(
            context.say(Text("Prova API:et i en sandlåda, med en nyckel som gäller tills demon startas om:"))
        )
        for each in tried.lines(address):
            complain(f"  {each}")
    try:
        with suppress(KeyboardInterrupt):
            answer(listening)
    finally:
        listening.close()
    complain(context.say(Text("Stoppad.")))


def _named(context: CommandContext) -> str:
    with context.installation() as installation:
        return only(context, installation)
