"""`billing access-point`: the simulated access point as a program of its own.

It prints its address on one line, so that a program can start it on a free port and read
where it is, and runs until it is interrupted.
"""

from pathlib import Path
from typing import Annotated

import typer

from orders.values import Refused
from peppol.identifiers import InvalidIdentifier, ParticipantId
from supplier_portal.access_point.desk import Repeats
from supplier_portal.cli_door import House, command
from supplier_portal.cli_serve import listening_on
from supplier_portal.settings import Settings

access_point = typer.Typer()

_SUPPLIERS = ["0007:5599991014", "0007:5599992020"]
_BUYER = "0007:2021002114"


@command(access_point, "simulate")
def simulate(
    house: House,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port; 0 tar en ledig / 0 takes a free one")
    ] = 8090,
    folder: Annotated[Path, typer.Option("--dir", help="Där allt sparas / where all is kept")] = Path(
        "build/access-point"
    ),
    seed: Annotated[int, typer.Option(help="Samma frö ger samma fel / same seed, same faults")] = 1,
    supplier: Annotated[
        list[str] | None,
        typer.Option("--supplier", metavar="ADDRESS", help="Leverantör på nätet / supplier on the network"),
    ] = None,
    buyer: Annotated[str, typer.Option("--buyer", metavar="ADDRESS", help="Köparen / the buyer")] = _BUYER,
    repeats: Annotated[
        Repeats,
        typer.Option(
            help="Samma brev igen: svara lika, vägra, leverera / a letter again: answer, refuse, deliver"
        ),
    ] = "answer",
) -> None:
    """Kör en simulerad accesspunkt / run a simulated access point."""
    # The web framework takes a third of a second to load; no other command should pay for it.
    import uvicorn

    from supplier_portal.access_point.app import BUYER_KINDS, SUPPLIER_KINDS, create_simulator
    from supplier_portal.access_point.desk import Desk
    from supplier_portal.access_point.store import Store

    store = Store(folder)
    for address in supplier or _SUPPLIERS:
        store.register(_participant(address), SUPPLIER_KINDS)
    store.register(_participant(buyer), BUYER_KINDS)
    token = Settings().simulator_token.get_secret_value()
    desk = Desk(store, seed=seed, repeats=repeats, token=token)
    listening = listening_on("127.0.0.1", port)
    typer.echo(f"http://127.0.0.1:{listening.getsockname()[1]}")
    server = uvicorn.Server(
        uvicorn.Config(
            create_simulator(desk), log_level="warning", access_log=False, server_header=False, ws="none"
        )
    )
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        typer.echo(house.say("Stoppad.", "Stopped."), err=True)
    finally:
        listening.close()
        store.close()


def _participant(text: str) -> str:
    """A participant's address. Raises Refused for what is none."""
    try:
        return str(ParticipantId.parse(text))
    except InvalidIdentifier as wrong:
        raise Refused(
            f"{text} är inte en Peppol-adress. Skriv till exempel 0007:5599991014.",
            f"{text} is not a Peppol address. Write for example 0007:5599991014.",
        ) from wrong
