"""`billing access-point`: whether the one of the settings answers, and a simulated one as a program of its own.

`check` sends nothing and takes nothing: it signs in, lists what waits, writes and removes a small file where files are
handed over, and asks the directory about ourselves.
`simulate` prints its address on one line, so that a program can start it on a free port and read
where it is, and runs until it is interrupted.
"""

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from billing.cli.command import AsJson, CommandContext, command
from billing.cli.exit_codes import ExitCode
from billing.cli.printing import TableColumn, show, table, write_json
from billing.server.sockets import listening_on
from billing.tools.access_point_simulator.app import BUYER_KINDS, SUPPLIER_KINDS, create_simulator
from billing.tools.access_point_simulator.desk import Desk, Repeats
from billing.tools.access_point_simulator.store import Store
from billing.tools.doctor.services_examined import OURS, registered
from foundation.errors import Refused
from foundation.formatting import Json
from foundation.text import Text
from operations.access_point import opened_access_point
from operations.directory.opening import place_of
from operations.settings import Settings
from peppol.access_points.composed import is_polled
from peppol.access_points.probing import Probed, ProbeStep, probed
from peppol.access_points.protocol import AccessPoint, AccessPointError
from peppol.identifiers import InvalidIdentifier, ParticipantId

access_point = typer.Typer()

_SUPPLIERS = ["0007:5599991014", "0007:5599992020"]
_BUYER = "0007:2021002114"


_MOST = 1000


@command(access_point, "check")
def check(context: CommandContext, as_json: AsJson = False) -> None:
    """Pröva att accesspunkten svarar; inget skickas / see that it answers; nothing is sent."""
    settings = context.settings if context.asked else Settings()
    ourselves = settings.access_point_participant
    with opened_access_point(settings) as ours:
        steps = probed(ours)
        errors = [each.error for each in steps if each.error is not None]
        waiting = None if errors else _waiting(ours, errors)
        found = {kind: ours.lookup(ourselves, kind.document_type_id, kind.profile_ids[0]) for kind in OURS}
        name = ours.name
    directory = place_of(settings)
    if as_json:
        write_json(
            {
                "kind": name,
                "answers": not errors,
                "waiting": waiting,
                "fault": str(errors[0]) if errors else "",
                "steps": [_step_json(each) for each in steps],
                "directory": directory,
                "registered": {kind.value: each.verdict.value for kind, each in found.items()},
            }
        )
    else:
        answered = _answered(waiting) if not errors else Text("Nej. %(why)s", why=errors[0].sentence)
        rows = [
            (context.say(Text("Accesspunkt")), name),
            (context.say(Text("Svarar")), context.say(answered)),
            *((context.say(_STEPS[each.step]), context.say(_went(each))) for each in steps),
            *([(context.say(Text("Katalog")), directory)] if directory else []),
            *((kind.value, context.say(registered(each))) for kind, each in found.items()),
        ]
        show(table((TableColumn(), TableColumn(wrap=40)), rows, language=context.language))
    if errors:
        raise typer.Exit(ExitCode.FAILED)


_STEPS = {
    ProbeStep.SIGN_IN: Text("Släpper in oss"),
    ProbeStep.LIST: Text("Listar det som kommit"),
    ProbeStep.HAND_OVER: Text("Tar emot filer från oss"),
    ProbeStep.PUT_AWAY: Text("Låter oss ställa undan"),
    ProbeStep.KEEP: Text("Har plats för hämtat"),
}


def _waiting(ours: AccessPoint, errors: list[AccessPointError]) -> int | None:
    """How many messages wait; None where nothing is fetched. What went wrong is laid with `errors`."""
    if not is_polled(ours):
        return None
    try:
        return sum(1 for _ in islice(ours.inbound(), _MOST))
    except AccessPointError as error:
        errors.append(error)
        return None


def _answered(waiting: int | None) -> Text:
    if waiting is None:
        return Text("Ja. Inget hämtas: det som kommer lämnas till oss på /webhook/letters.")
    return Text("Ja. %(waiting)s meddelanden väntar.", waiting=waiting)


def _went(step: Probed) -> Text:
    return Text("Ja.") if step.error is None else Text("Nej. %(why)s", why=step.error.sentence)


def _step_json(step: Probed) -> Json:
    error = step.error
    told = {"code": error.code, "said": error.words, "host": error.host} if error is not None else {}
    return {"step": step.step.value, "well": error is None, **told}


@command(access_point, "simulate")
def simulate(
    context: CommandContext,
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
    ours: Annotated[
        list[str] | None,
        typer.Option("--buyer-address", metavar="ADDRESS", help="Köpare på nätet / buyer on the network"),
    ] = None,
    repeats: Annotated[
        Repeats,
        typer.Option(
            help="Samma meddelande igen: svara lika, vägra, leverera / a message again: answer, refuse, deliver"
        ),
    ] = "answer",
) -> None:
    """Kör en simulerad accesspunkt / run a simulated access point."""
    store = Store(folder)
    for address in supplier or _SUPPLIERS:
        store.register(_participant(address), SUPPLIER_KINDS)
    for address in ours or [_BUYER]:
        store.register(_participant(address), BUYER_KINDS)
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
        typer.echo(context.say(Text("Stoppad.")), err=True)
    finally:
        listening.close()
        store.close()


def _participant(text: str) -> str:
    """A participant's address. Raises Refused for what is none."""
    try:
        return str(ParticipantId.parse(text))
    except InvalidIdentifier as wrong:
        raise Refused(
            Text("%(address)s är inte en Peppol-adress. Skriv till exempel 0007:5599991014.", address=text)
        ) from wrong
