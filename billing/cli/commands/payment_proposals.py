"""`billing payments propose|proposals|attest|export|right`: the daily way of paying.

The same steps as the pages: one person prepares, another attests within limits and scopes, files are made once,
and what the bank answers marks payments as paid. `billing payments pay` notes what was paid by other means.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from accounts.staff import changes, staff_forms
from accounts.staff.change_store import StaffChangeKind
from billing.cli.command import AsJson, CommandContext, On, command, day, number_written, today_or
from billing.cli.commands.desk import payment_runs
from billing.cli.commands.desk.attest_rights import state_of
from billing.cli.commands.due_payments import payments, tell_held_back
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.database import utc_now
from foundation.disks.whole_files import write_whole
from foundation.formatting import kronor
from foundation.sql import Session
from foundation.text import Text
from invoicing.payment import (
    attest_right_store,
    attestation,
    export_store,
    payable_store,
    proposal_store,
)
from invoicing.payment import export as payment_export
from invoicing.payment import proposals as preparing
from invoicing.payment.attest_right_store import Reach
from invoicing.payment.export_store import ExportFile
from invoicing.payment.runs import portion_store
from operations.background import asking
from operations.machine import clock_trust
from operations.payment_settings import debtor_of
from orders.register import store as register_store
from orders.terms import ArticleKind

By = Annotated[str, typer.Option("--by", help="Den som gör det, ett id / who does it, an id")]
Number = Annotated[str, typer.Argument(help="Förslagets nummer / the proposal's number")]
FilesFolder = Annotated[Path, typer.Option("--dir", help="Dit filerna skrivs / where the files go")]

_PROPOSALS = (
    TableColumn(Text("Förslag")),
    TableColumn(Text("Betalas")),
    TableColumn(Text("Läge")),
    TableColumn(Text("Attest"), right=True),
    TableColumn(Text("Belopp"), right=True),
)
_RIGHTS = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Person")),
    TableColumn(Text("Högst"), right=True),
    TableColumn(Text("För"), wrap=24),
    TableColumn(Text("Från")),
    TableColumn(Text("Till")),
    TableColumn(Text("Läge")),
)


@command(payments, "propose")
def propose(context: CommandContext, by: By, on: On = None, as_json: AsJson = False) -> None:
    """Gör ett betalningsförslag av allt som förfaller / put everything due into a proposal."""
    if _is_large(context, today_or(on)):
        with context.opened() as database:
            with database.writing() as session:
                task = asking.to_propose(session, pay_on=today_or(on), by=by, at=utc_now())
            payment_runs.follow(context, database, task, as_json=as_json)
        return
    with context.writing() as session:
        register = register_store.load(session)
        made = preparing.propose(session, register, pay_on=today_or(on), by=by, now=utc_now())
        held_back = payable_store.held_back(session, register, on=today_or(on))
        count = sum(portion_store.counts(session, made.number).values())
    if as_json:
        write_json({"number": made.number, "pay_on": made.pay_on.isoformat(), "items": count})
        return
    typer.echo(
        context.say(
            Text(
                "Betalningsförslag %(number)s: %(rows)s rader. Nu attesterar någon annan.",
                number=made.number,
                rows=count,
            )
        )
    )
    tell_held_back(context, held_back)


@command(payments, "proposals")
def proposals(
    context: CommandContext,
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Högst så många / at most this many")] = 100,
    skip: Annotated[
        int,
        typer.Option("--skip", min=0, help="Hoppa över så många av de nyaste / skip so many of the newest"),
    ] = 0,
) -> None:
    """Visa betalningsförslagen, det nyaste först / show the payment proposals, the newest first."""
    with context.reading() as session:
        found = proposal_store.overviews(session, limit=limit, offset=skip)
        many = proposal_store.count(session)
    if as_json:
        write_json(
            [
                {
                    "number": each.proposal.number,
                    "pay_on": each.proposal.pay_on.isoformat(),
                    "state": each.proposal.state.value,
                    "items": each.items,
                    "attested": each.attested,
                    "amount": str(each.to_pay.amount),
                }
                for each in found
            ]
        )
        return
    rows = [
        (
            each.proposal.number,
            each.proposal.pay_on.isoformat(),
            each.proposal.state.value,
            f"{each.attested}/{each.items}",
            kronor(each.to_pay),
        )
        for each in found
    ]
    show(table(_PROPOSALS, rows, language=context.language))
    if len(rows) < many:
        typer.echo(
            context.say(
                Text(
                    "%(shown)s av %(many)s visas. Äldre: --skip %(next)s.",
                    shown=len(rows),
                    many=many,
                    next=skip + len(rows),
                )
            )
        )


@command(payments, "attest")
def attest(context: CommandContext, number: Number, by: By, on: On = None, as_json: AsJson = False) -> None:
    """Attestera ett förslag, så långt rätten räcker / attest a proposal, as far as the right reaches."""
    with context.opened() as database:
        with database.reading() as session:
            large = asking.is_large(session, number)
        if large:
            with database.writing() as session:
                task = asking.to_attest(session, number, shown=None, day=today_or(on), by=by, at=utc_now())
            payment_runs.follow(context, database, task, as_json=as_json)
            return
    with context.writing() as session:
        register = register_store.load(session)
        attestation.drop_changed(session, register, number, now=utc_now())
        done = attestation.attest(session, register, number, by=by, today=today_or(on), now=utc_now())
    if as_json:
        write_json(
            {
                "attested": len(done.items),
                "refused": [reason.text.en for _, reason in done.refused],
                "state": done.state.value,
            }
        )
        return
    typer.echo(context.say(Text("%(rows)s rader attesterade.", rows=len(done.items))))
    for _, reason in done.refused:
        typer.echo(context.say(reason.text))


@command(payments, "export")
def export(
    context: CommandContext, number: Number, by: By, folder: FilesFolder = Path("."), as_json: AsJson = False
) -> None:
    """Gör filerna till banken; en gång till ger samma filer / make the bank's files; again, the same files."""
    debtor = debtor_of(context.settings)
    with context.opened() as database:
        clock_trust.require_belief(database)
        with database.reading() as session:
            large = asking.is_large(session, number) and not export_store.about(session, number)
        if large:
            with database.writing() as session:
                task = asking.to_export(session, number, by=by, at=utc_now())
            payment_runs.follow(context, database, task, as_json=False)
    with context.writing() as session:
        attestation.drop_changed(session, register_store.load(session), number, now=utc_now())
    with context.writing() as session:
        files = export_store.about(session, number)
        if not files:
            register = register_store.load(session)
            payment_export.export(session, register, number, debtor=debtor, by=by, now=utc_now())
            files = export_store.about(session, number)
        names = write_files(session, files, folder)
    tell_files(names, as_json=as_json)


@command(payments, "right")
def right(
    context: CommandContext,
    person: Annotated[str, typer.Option("--person", help="Ett id / an id; utan: visa alla / list all")] = "",
    limit: Annotated[str, typer.Option("--limit", help="Högsta belopp / highest amount")] = "",
    supplier: Annotated[str, typer.Option("--supplier")] = "",
    article: Annotated[str, typer.Option("--article", help=", ".join(ArticleKind))] = "",
    area: Annotated[str, typer.Option("--area")] = "",
    until: Annotated[date | None, typer.Option("--until", parser=day, metavar="DATE")] = None,
    by: Annotated[str, typer.Option("--by", help="Den som ger rätten / who gives the right")] = "",
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Föreslå att en person får attestera, eller visa alla / propose that a person may attest, or list them."""
    if person:
        with context.writing() as session:
            content = staff_forms.attest_right(
                limit=number_written(limit),
                valid_from=today_or(on),
                valid_to=until,
                reach=Reach(supplier, article, area),
            )
            proposed = changes.propose(
                session, StaffChangeKind.ATTEST_RIGHT, person=person, content=content, by=by, at=utc_now()
            )
        if not as_json:
            typer.echo(
                context.say(Text("Förslag %(number)s väntar på en annan administratör.", number=proposed))
            )
    with context.reading() as session:
        rights = attest_right_store.rights(session)
    if as_json:
        write_json(
            [
                {
                    "id": each.id,
                    "person": each.person,
                    "confirmed": each.is_confirmed,
                    "limit": str(each.limit),
                    "supplier": each.supplier,
                    "article": each.article,
                    "delivery_area": each.delivery_area,
                    "valid_from": each.valid_from.isoformat(),
                    "valid_to": each.valid_to.isoformat() if each.valid_to else None,
                }
                for each in rights
            ]
        )
        return
    rows = [
        (
            str(each.id),
            each.person,
            f"{each.limit}",
            " ".join(part for part in (each.supplier, each.article, each.delivery_area) if part)
            or context.say(Text("allt")),
            each.valid_from.isoformat(),
            each.valid_to.isoformat() if each.valid_to else "",
            context.say(state_of(is_confirmed=each.is_confirmed)),
        )
        for each in rights
    ]
    show(table(_RIGHTS, rows, language=context.language))


def _is_large(context: CommandContext, pay_on: date) -> bool:
    with context.reading() as session:
        return payable_store.due_sum(session, on=pay_on)[0] > asking.LARGE


def write_files(session: Session, files: Sequence[ExportFile], folder: Path) -> list[Path]:
    """The files' bytes as they are stored, laid in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for each in files:
        found, body = export_store.named(session, each.id)
        path = folder / found.name
        write_whole(path, body)
        paths.append(path)
    return paths


def tell_files(paths: list[Path], *, as_json: bool) -> None:
    """Say where the files lie."""
    if as_json:
        write_json([str(path) for path in paths])
        return
    for path in paths:
        typer.echo(str(path))
