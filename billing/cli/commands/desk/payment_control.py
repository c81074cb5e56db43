"""`billing control`: what the payment control stops, what it goes by, and letting a payment through with a reason."""

from pathlib import Path
from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, bytes_of, command, today_or
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.database import utc_now
from foundation.formatting import Json, kronor, moment
from foundation.text import Text
from invoicing.payment import payable_store, proposal_store
from invoicing.payment_control import control_data_store, fetching, loading, releases, run_store
from invoicing.payment_control.control_data import DataKind
from invoicing.payment_control.control_data_store import DataLoad
from invoicing.payment_control.controls import Control, ControlVerdict
from operations.payment_settings import control_source_of
from orders.register import store as register_store

control = typer.Typer()

By = Annotated[str, typer.Option("--by", help="Den som gör det, ett id / who does it, an id")]
Invoice = Annotated[int, typer.Argument(help="Fakturans nummer hos oss, ur list / our number of it, of list")]

_STOPPED = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Faktura"), wrap=15),
    TableColumn(Text("Leverantör")),
    TableColumn(Text("Belopp"), right=True),
    TableColumn(Text("Kontroll")),
    TableColumn(Text("Vad"), wrap=40),
)
_STANDING = (
    TableColumn(Text("Uppgift")),
    TableColumn(Text("Leverantörer"), right=True),
    TableColumn(Text("Äldsta uppgift")),
    TableColumn(Text("Nyaste uppgift")),
)
_RUN = (TableColumn(Text("Kontroll")), *(TableColumn(each.words, right=True) for each in ControlVerdict))


@command(control, "list")
def list_stopped(context: CommandContext, on: On = None, as_json: AsJson = False) -> None:
    """Visa betalningar som en kontroll stoppar / show payments that a control stops."""
    with context.reading() as session:
        held = payable_store.held_back(session, register_store.load(session), on=today_or(on))
    found = [(each, row) for each in held for row in each.controls if row.stops]
    if as_json:
        rows: list[Json] = [
            {
                "id": payable.invoice_id,
                "invoice": payable.number,
                "supplier": payable.supplier,
                "amount": str(payable.amount.amount),
                "control": row.control.value,
                "source": row.source.en,
                "sentence": row.sentence.en,
            }
            for payable, row in found
        ]
        write_json(rows)
        return
    cells = [
        (
            str(payable.invoice_id),
            payable.number,
            payable.supplier,
            kronor(payable.amount),
            row.control.value,
            context.say(row.sentence),
        )
        for payable, row in found
    ]
    show(table(_STOPPED, cells, language=context.language))


@command(control, "data")
def data(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa vad kontrollerna går efter / show what the controls go by."""
    with context.reading() as session:
        standing = control_data_store.standing(session)
    if as_json:
        found: list[Json] = [
            {
                "kind": each.kind.value,
                "suppliers": each.suppliers,
                "oldest": each.oldest.isoformat(),
                "newest": each.newest.isoformat(),
            }
            for each in standing.values()
        ]
        write_json(found)
        return
    rows = []
    for kind in DataKind:
        each = standing.get(kind)
        told = (
            ("0", "–", "–")
            if each is None
            else (str(each.suppliers), moment(each.oldest), moment(each.newest))
        )
        rows.append((kind.value, *told))
    show(table(_STANDING, rows, language=context.language))


@command(control, "load")
def load(
    context: CommandContext,
    file: Annotated[Path, typer.Argument(help="CSV eller JSON / CSV or JSON")],
    source: Annotated[str, typer.Option("--source", help="Varifrån uppgifterna kommer / whom they are from")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Läs in kontrollunderlag ur en fil / read control data in from a file."""
    body = bytes_of(file)
    with context.writing() as session:
        made, repeated = loading.take_in(
            session, register_store.load(session), body, source=source, by=by, now=utc_now()
        )
    _tell(context, made, repeated=repeated, as_json=as_json)


@command(control, "fetch")
def fetch(context: CommandContext, by: By, as_json: AsJson = False) -> None:
    """Hämta kontrollunderlag från källan som är satt / fetch control data from the source that is set."""
    with context.opened() as database:
        made, repeated = fetching.fetch_in(
            database, control_source_of(context.settings), by=by, now=utc_now()
        )
    _tell(context, made, repeated=repeated, as_json=as_json)


@command(control, "run")
def run(
    context: CommandContext,
    number: Annotated[str, typer.Argument(help="Förslagets nummer / the proposal's number")],
    as_json: AsJson = False,
) -> None:
    """Visa vad kontrollen av ett förslag kom till / show what the control of a proposal came to."""
    with context.reading() as session:
        proposal_store.get(session, number)
        runs = run_store.of_proposal(session, number)
    if as_json:
        found: list[Json] = [
            {
                "step": each.step.value,
                "made_at": each.made_at.isoformat(),
                "payments": each.payments,
                "counts": {
                    f"{control_.value} {verdict.value}": count
                    for (control_, verdict), count in each.counts.items()
                },
            }
            for each in runs
        ]
        write_json(found)
        return
    for each in runs:
        typer.echo(f"{context.say(each.step.words)}, {moment(each.made_at)}")
        rows = [
            (one.value, *(str(each.count(one, verdict)) for verdict in ControlVerdict)) for one in Control
        ]
        show(table(_RUN, rows, language=context.language))


@command(control, "release")
def release(
    context: CommandContext,
    invoice: Invoice,
    name: Annotated[Control, typer.Argument(help="Kontrollen / the control")],
    reason: Annotated[
        str, typer.Option("--reason", help="Varför, utan personuppgifter / why, without names")
    ],
    by: By,
    on: On = None,
) -> None:
    """Släpp en betalning från en kontroll; en annan attesterar / let a payment through; another attests it."""
    with context.writing() as session:
        releases.release(
            session,
            register_store.load(session),
            invoice,
            name,
            reason=reason,
            by=by,
            now=utc_now(),
            on=today_or(on),
        )
    typer.echo(context.say(Text("%(control)s: släppt. Någon annan attesterar.", control=name.words)))


def _tell(context: CommandContext, made: DataLoad, *, repeated: bool, as_json: bool) -> None:
    if as_json:
        write_json(
            {
                "repeated": repeated,
                "rows": made.rows,
                "taken": made.taken,
                "older": made.older,
                "strangers": made.strangers,
            }
        )
        return
    if repeated:
        typer.echo(context.say(Text("Filen är redan inläst.")))
        return
    typer.echo(
        context.say(
            Text(
                "%(rows)s rader: %(taken)s gäller nu, %(older)s är äldre, %(strangers)s gäller ingen av registrets "
                "leverantörer.",
                rows=made.rows,
                taken=made.taken,
                older=made.older,
                strangers=made.strangers,
            )
        )
    )
