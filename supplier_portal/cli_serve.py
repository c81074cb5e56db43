"""`billing serve`: the web application on one address, until it is interrupted.

It speaks plain HTTP and listens on the machine itself unless told otherwise; encryption
and the open net belong to the proxy in front of it. Requests are not logged one by one.
"""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from supplier_portal.app import create_app
from supplier_portal.cli_door import House, command
from supplier_portal.cli_refusals import complain
from supplier_portal.demo_folder import DATABASE_FILE, clock_of
from supplier_portal.demo_work import at_work
from supplier_portal.listening import listening_on
from supplier_portal.settings import Settings

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
) -> None:
    """Starta webbtjänsten / start the web application."""
    application = (
        create_app(Settings(database_url=house.url))
        if folder is None
        else create_app(
            Settings(database_url=f"sqlite:///{folder / DATABASE_FILE}", is_demo=True),
            business_clock=clock_of(folder),
        )
    )
    listening = listening_on(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
    complain(
        house.say(f"Lyssnar på {address}. Avsluta med Ctrl+C.", f"Listening on {address}. Stop with Ctrl+C.")
    )
    server = uvicorn.Server(
        uvicorn.Config(
            application,
            log_level="warning",
            access_log=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        )
    )
    try:
        with at_work(application.state.database) if folder is not None else nullcontext():
            server.run(sockets=[listening])
    except KeyboardInterrupt:
        complain(house.say("Stoppad.", "Stopped."))
    finally:
        listening.close()
