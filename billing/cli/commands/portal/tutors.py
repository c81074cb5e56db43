"""`billing tutors`: the list of tutors at a supplier's units, for whoever helps a supplier."""

from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.errors import NotFound
from foundation.sql import Session
from foundation.text import Text
from orders.register import store as register_store
from orders.register.parties import organisation_number
from orders.tutors import unit_tutor_store, unit_tutors
from orders.tutors.unit_tutor_store import UnitTutor

tutors = typer.Typer()

_LIST = (
    TableColumn(Text("Enhet")),
    TableColumn(Text("Handledare")),
    TableColumn(Text("Läge")),
    TableColumn(Text("Avslutad")),
    TableColumn(Text("Konto"), spare=1),
)

By = Annotated[str, typer.Option("--by", help="Den som gör det, ett id / who does it, an id")]
Unit = Annotated[str, typer.Argument(metavar="UNIT", help="Enhetens id / the unit's id")]
Code = Annotated[str, typer.Argument(metavar="CODE", help="Handledarens kod / the tutor's code")]


@command(tutors, "list")
def list_tutors(
    context: CommandContext,
    supplier: Annotated[str, typer.Argument(metavar="ORGNR", help="Leverantören / the supplier")],
    as_json: AsJson = False,
) -> None:
    """Visa handledarna vid leverantörens enheter / show the tutors of a supplier's units."""
    with context.reading() as session:
        found = unit_tutor_store.of_supplier(session, organisation_number(supplier))
    if as_json:
        write_json(
            [
                {
                    "unit": each.unit_id,
                    "code": each.code,
                    "state": each.state.value,
                    "closed_on": each.closed_on.isoformat() if each.closed_on else None,
                    "person": each.person,
                }
                for each in found
            ]
        )
        return
    rows = [
        (
            each.unit_id,
            each.code,
            each.state.value,
            each.closed_on.isoformat() if each.closed_on else "",
            each.person,
        )
        for each in found
    ]
    show(table(_LIST, rows, language=context.language))


@command(tutors, "add")
def add(context: CommandContext, unit: Unit, code: Code, by: By, on: On = None) -> None:
    """Lägg till en handledare vid en enhet / add a tutor to a unit."""
    with context.writing() as session:
        register = register_store.load(session)
        supplier = register.unit(unit).supplier
        unit_tutors.add(session, register, supplier, unit, code, by=by, today=today_or(on))
    typer.echo(context.say(Text("%(code)s kan nu väljas vid %(unit)s.", code=code, unit=unit)))


@command(tutors, "close")
def close(context: CommandContext, unit: Unit, code: Code, by: By, on: On = None) -> None:
    """Avsluta en handledare: placeringarna väntar på en ny / close a tutor: its placements wait for another."""
    with context.writing() as session:
        unit_tutors.close(session, _found(session, unit, code), by=by, today=today_or(on))
    typer.echo(context.say(Text("%(code)s är avslutad vid %(unit)s.", code=code, unit=unit)))


@command(tutors, "reopen")
def reopen(context: CommandContext, unit: Unit, code: Code, by: By) -> None:
    """Öppna en avslutad handledare igen / take a closed tutor up again."""
    with context.writing() as session:
        unit_tutors.reopen(session, _found(session, unit, code), by=by)
    typer.echo(context.say(Text("%(code)s kan nu väljas vid %(unit)s.", code=code, unit=unit)))


def _found(session: Session, unit: str, code: str) -> UnitTutor:
    tutor = unit_tutor_store.by_code(session, unit, code)
    if tutor is None:
        raise NotFound(
            Text(
                "Vid %(unit)s finns ingen sådan handledare. Se vilka som finns: billing tutors list",
                unit=unit,
            )
        )
    return tutor
