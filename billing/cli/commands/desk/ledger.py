"""`billing ledger`: files for the ledger, what is accrued before it is booked, and months that two people close."""

from pathlib import Path
from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.commands.desk import payment_runs
from billing.cli.commands.payment_proposals import FilesFolder, tell_files, write_files
from billing.cli.printing import TableColumn, show, table, write_json
from bookkeeping import (
    booking,
    closing_checklist,
    ledger_files,
    month_closing,
    month_closing_store,
    voucher_store,
)
from bookkeeping.accrual import accrual_queries
from bookkeeping.month_closing import ClosingStep
from bookkeeping.month_closing_store import CLOSING_WORDS
from foundation.database import utc_now
from foundation.formatting import kronor
from foundation.money import total
from foundation.periods import Month, PeriodRefused
from foundation.text import Text
from invoicing.payment import export_store
from operations.background import asking
from operations.payment_settings import ledger_of
from orders.register import store as register_store

ledger = typer.Typer()

By = Annotated[str, typer.Option("--by", help="Den som gör det, ett id / who does it, an id")]
Reason = Annotated[str, typer.Option("--reason", help="Skälet, som sparas / the reason, which is kept")]


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except PeriodRefused as refused:
        raise typer.BadParameter(refused.text.both()) from None


OneMonth = Annotated[Month, typer.Argument(metavar="YYYY-MM", parser=_month, help="Månad / month")]

_LINES = (
    TableColumn(Text("Orderrad")),
    TableColumn(Text("Leverantör")),
    TableColumn(Text("Månad")),
    TableColumn(Text("Varför"), wrap=30),
    TableColumn(Text("Belopp"), right=True),
)
_POINTS = (
    TableColumn(Text("Punkt"), wrap=40),
    TableColumn(Text("Antal"), right=True),
    TableColumn(Text("Belopp"), right=True),
    TableColumn(Text("Nästa steg"), wrap=40),
)
_MONTHS = (
    TableColumn(Text("Månad")),
    TableColumn(Text("Läge"), wrap=34),
    TableColumn(Text("Föreslog")),
    TableColumn(Text("Skäl"), wrap=30),
)


@command(ledger, "book")
def book(
    context: CommandContext, by: By, folder: FilesFolder = Path("."), on: On = None, as_json: AsJson = False
) -> None:
    """Skriv en SIE 4-fil av det som hänt / write a SIE 4 file of what has happened."""
    with context.writing() as session:
        run = booking.book(
            session,
            register_store.load(session),
            ledger_of(context.settings),
            today=today_or(on),
            by=by,
            now=utc_now(),
        )
        names = write_files(session, export_store.about(session, *run.files_about), folder)
    tell_files(names, as_json=as_json)


@command(ledger, "accrual")
def accrual(context: CommandContext, month: OneMonth, on: On = None, as_json: AsJson = False) -> None:
    """Visa rad för rad vad som blir upplupet / show line by line what would be accrued."""
    with context.reading() as session:
        found = accrual_queries.lines(session, month, closing=today_or(on))
    if as_json:
        write_json(
            [
                {
                    "order": each.order_number,
                    "line": each.line_id,
                    "execution_reference": each.execution_reference,
                    "supplier": each.supplier,
                    "article": each.article,
                    "month": str(each.month),
                    "why": each.why.value,
                    "amount": str(each.amount.amount),
                    "currency": each.amount.currency,
                }
                for each in found
            ]
        )
        return
    rows = [
        (
            f"{each.order_number}/{each.line_id}",
            each.supplier,
            str(each.month),
            context.say(each.why.words),
            kronor(each.amount),
        )
        for each in found
    ]
    show(table(_LINES, rows, language=context.language))
    typer.echo(context.say(Text("Summa %(amount)s.", amount=kronor(total(each.amount for each in found)))))


@command(ledger, "accrue")
def accrue(
    context: CommandContext,
    month: OneMonth,
    by: By,
    folder: FilesFolder = Path("."),
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Bokför månadens upplupna kostnader och deras återföring / book a month's accrual and its taking back."""
    with context.writing() as session:
        if not voucher_store.is_accrued(session, month):
            booking.book_accrual(
                session,
                register_store.load(session),
                ledger_of(context.settings),
                month,
                closing=today_or(on),
                # What is not known yet is not booked, whatever day is given.
                today=today_or(None),
                by=by,
                now=utc_now(),
            )
        names = write_files(session, ledger_files.of_month(session, month), folder)
    tell_files(names, as_json=as_json)


@command(ledger, "checklist")
def checklist(context: CommandContext, month: OneMonth, on: On = None, as_json: AsJson = False) -> None:
    """Visa vad som är öppet innan månaden stängs / show what is open before the month is closed."""
    with context.reading() as session:
        found = closing_checklist.checklist(session, ledger_of(context.settings), month, today=today_or(on))
    if as_json:
        write_json(
            [
                {
                    "point": each.point.value,
                    "count": each.count,
                    "amount": str(each.amount.amount) if each.amount else None,
                    "stops": each.stops,
                }
                for each in found
            ]
        )
        return
    rows = [
        (
            context.say(each.point.words),
            str(each.count),
            kronor(each.amount) if each.amount else "",
            context.say(each.point.next_step) if each.is_open else "",
        )
        for each in found
    ]
    show(table(_POINTS, rows, language=context.language))


@command(ledger, "months")
def months(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa månader som stängts, öppnats eller väntar / show months closed, opened again or waiting."""
    with context.reading() as session:
        found = month_closing_store.listed(session)
    if as_json:
        write_json(
            [
                {
                    "month": str(each.month),
                    "state": each.state.value,
                    "asked_by": each.asked_by,
                    "closed_by": each.closed_by,
                    "reason": each.reason,
                    "reopen_reason": each.reopen_reason,
                }
                for each in found
            ]
        )
        return
    rows = [
        (
            str(each.month),
            context.say(CLOSING_WORDS[each.state]),
            each.asked_by,
            each.reopen_reason or each.reason,
        )
        for each in found
    ]
    show(table(_MONTHS, rows, language=context.language))


@command(ledger, "close")
def close(context: CommandContext, month: OneMonth, by: By, reason: Reason = "", on: On = None) -> None:
    """Föreslå att en månad stängs; en annan stänger den / propose that a month is closed; another closes it."""
    with context.writing() as session:
        month_closing.ask(
            session,
            ledger_of(context.settings),
            month,
            reason=reason,
            by=by,
            today=today_or(on),
            now=utc_now(),
        )
    typer.echo(
        context.say(Text("Månaden %(month)s är föreslagen. En annan person stänger den.", month=month))
    )


@command(ledger, "close-step")
def close_step(
    context: CommandContext,
    month: OneMonth,
    what: Annotated[ClosingStep, typer.Argument(help="Vad som görs / what is done")],
    by: By,
    reason: Reason = "",
    on: On = None,
) -> None:
    """Stäng, ta bort, öppna igen eller låt stå / close, take away, open again or leave closed."""
    if what is ClosingStep.CLOSE:
        with context.opened() as database:
            with database.reading() as session:
                large = asking.is_large_month(session, month)
            if large:
                with database.writing() as session:
                    task = asking.to_close(session, month, day=today_or(on), by=by, at=utc_now())
                payment_runs.follow(context, database, task, as_json=False)
                return
    with context.writing() as session:
        month_closing.step(
            session,
            ledger_of(context.settings),
            month,
            what,
            reason=reason,
            by=by,
            today=today_or(on),
            now=utc_now(),
        )
        latest = next(each for each in month_closing_store.listed(session) if each.month == month)
    typer.echo(
        context.say(Text("Månaden %(month)s: %(state)s.", month=month, state=CLOSING_WORDS[latest.state]))
    )
