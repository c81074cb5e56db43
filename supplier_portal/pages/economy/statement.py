"""The statement of account: what moved the balance between two days, and how it stands.

Convention: amounts are with VAT, as they are paid; beside them what the buyer's own statement has, without VAT. Who is
limited to some units sees what is about their orders, and the page says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from accounts.identity import Person
from foundation.errors import NotThere
from foundation.money import Money
from foundation.spreadsheets import (
    CSV_TYPE,
    XLSX_TYPE,
    CellKind,
    CellValue,
    Dialect,
    SheetColumn,
    csv_of,
    xlsx_of,
)
from foundation.sql import Session
from foundation.text import Text
from invoicing.portal_invoicing.scope import Scope
from invoicing.reconciliation.account_statement import AccountEntry, AccountPosition, EntryKind, Sums
from supplier_portal.pages import query_params
from supplier_portal.pages.economy.start import tabs_of
from supplier_portal.pages.forms import SEES
from supplier_portal.queries import account_entries
from supplier_portal.queries.account_entries import AccountFilter
from web.access import signed_in
from web.pages import Page, database_of, pages_router, render, today_of

router = pages_router()

_SIZE = 50
_CREDITS_SHOWN = 20
# So many parts of a payment stand beside it; the rest is on the payment's own page.
_PARTS_SHOWN = 6
Errors = Sequence[tuple[str, Text]]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which days, which rows, and what of the address could not be understood."""

    wanted: AccountFilter
    unit: str
    errors: Errors


@router.get("/economy/statement")
def statement(request: Request, person: Person = signed_in(*SEES)) -> Response:
    """Opening balance, each document and payment with the balance after it, closing balance, and how it stands."""
    whole = query_params.scope_of(person).own
    with database_of(request).reading() as session:
        currencies = account_entries.currencies(session, whole) or ["SEK"]
        asked = _asked(request, currencies)
        wanted, scope = asked.wanted, whole.limited_to(asked.unit)
        opening, closing = _balances(session, scope, wanted)
        page = Page.of(request, account_entries.count(session, scope, wanted), size=_SIZE)
        rows = account_entries.listed(
            session, scope, wanted, opening=opening.open.payable, limit=page.size, offset=page.offset
        )
        payments = [row.payment for row in rows if row.kind is EntryKind.PAYMENT]
        parts = account_entries.covered(session, scope, payments)
        moved = account_entries.moved(session, scope, wanted)
        credit_count, credits = account_entries.unsettled_credits(
            session, scope, on=wanted.last, currency=wanted.currency, limit=_CREDITS_SHOWN
        )
        units = query_params.units_of(query_params.register_of(session), person)
    return render(
        request,
        person,
        "economy/statement.html",
        422 if asked.errors else 200,
        tabs=tabs_of(person),
        asked=asked,
        wanted=wanted,
        currencies=currencies,
        units=units,
        opening=opening.open,
        closing=closing,
        moved=_moved(moved, wanted.currency),
        rows=rows,
        parts=parts,
        parts_shown=_PARTS_SHOWN,
        page=page,
        credits=credits,
        credit_count=credit_count,
        limited=scope.within is not None,
        has_predecessors=bool(query_params.scope_of(person).predecessors),
        query=query_params.query_without(request, "page"),
        errors=asked.errors,
    )


@router.get("/economy/statement/statement.{ending}")
def statement_file(request: Request, ending: str, person: Person = signed_in(*SEES)) -> Response:
    """The same as a file, document by document: csv or xlsx; ?form=plain for programs."""
    if ending not in ("csv", "xlsx"):
        raise NotThere
    with database_of(request).reading() as session:
        asked = _asked(
            request, account_entries.currencies(session, query_params.scope_of(person).own) or ["SEK"]
        )
    dialect = query_params.choice_of(request, "form", Dialect) or Dialect.SWEDISH
    written = _written(request, person, asked, dialect if ending == "csv" else None)
    name = f"statement-{asked.wanted.first}-{asked.wanted.last}.{ending}"
    return StreamingResponse(
        written,
        media_type=CSV_TYPE if ending == "csv" else XLSX_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


# What was asked ---------------------------------------------------------------------------------------


def _asked(request: Request, currencies: Sequence[str]) -> _Asked:
    today = today_of(request)
    errors: list[tuple[str, Text]] = []
    first = _day(request, "first", date(today.year, 1, 1), errors)
    last = _day(request, "last", today, errors)
    if first > last:
        errors.append(("first", Text("Från och med ska inte komma efter till och med. Ändra en av dagarna.")))
        first = last
    currency = query_params.text_of(request, "currency")
    if currency not in currencies:
        currency = "SEK" if "SEK" in currencies else currencies[0]
    return _Asked(AccountFilter(first, last, currency), query_params.text_of(request, "unit"), errors)


def _day(request: Request, name: str, otherwise: date, errors: list[tuple[str, Text]]) -> date:
    given = query_params.text_of(request, name)
    if not given:
        return otherwise
    try:
        day = date.fromisoformat(given)
    except ValueError:
        errors.append((name, Text("Skriv dagen som 2026-01-31.")))
        return otherwise
    if not 1990 <= day.year <= 2199:
        errors.append((name, Text("Välj en dag mellan 1990 och 2199.")))
        return otherwise
    return day


def _balances(
    session: Session, scope: Scope, wanted: AccountFilter
) -> tuple[AccountPosition, AccountPosition]:
    """How the account stood before the first day, and at the end of the last."""
    before = date.fromordinal(wanted.first.toordinal() - 1)
    return (
        account_entries.standing(session, scope, on=before, currency=wanted.currency),
        account_entries.standing(session, scope, on=wanted.last, currency=wanted.currency),
    )


def _moved(moved: dict[EntryKind, Sums], currency: str) -> dict[str, Sums]:
    """What was invoiced, credited and paid in the period, above zero; given back is taken off what was paid."""
    nothing = Sums.zero(currency)
    paid = nothing
    for kind in (
        EntryKind.PAYMENT,
        EntryKind.NETTED,
        EntryKind.REPAID,
        EntryKind.WRITTEN_OFF,
        EntryKind.RETURNED,
        EntryKind.REPAYMENT_RETURNED,
    ):
        paid = paid - moved.get(kind, nothing)
    return {
        "invoiced": moved.get(EntryKind.INVOICE, nothing),
        "credited": nothing - moved.get(EntryKind.CREDIT_NOTE, nothing),
        "paid": paid,
    }


# The file ---------------------------------------------------------------------------------------------


def _written(request: Request, person: Person, asked: _Asked, dialect: Dialect | None) -> Iterator[bytes]:
    say = query_params.say_of(person.language)
    scope = query_params.scope_of(person).own.limited_to(asked.unit)
    with database_of(request).reading() as session:
        opening, closing = _balances(session, scope, asked.wanted)
        rows = _file_rows(session, scope, asked.wanted, opening.open, closing.open, say)
        columns = _columns(say)
        if dialect is None:
            yield from xlsx_of(say(Text("Kontoutdrag")), columns, rows)
        else:
            yield from csv_of(columns, rows, dialect)


def _columns(say: query_params.Say) -> list[SheetColumn]:
    return [
        SheetColumn(say(Text("Dag")), CellKind.DAY, 12),
        SheetColumn(say(Text("Slag")), width=22),
        SheetColumn(say(Text("Dokument")), width=18),
        SheetColumn(say(Text("Avser faktura")), width=18),
        SheetColumn(say(Text("Order")), width=14),
        SheetColumn(say(Text("Genomförandereferens")), width=22),
        SheetColumn(say(Text("Betalning")), width=22),
        SheetColumn(say(Text("Utan moms")), CellKind.AMOUNT, 14),
        SheetColumn(say(Text("Moms")), CellKind.AMOUNT, 14),
        SheetColumn(say(Text("Med moms")), CellKind.AMOUNT, 14),
        SheetColumn(say(Text("Saldo med moms")), CellKind.AMOUNT, 16),
        SheetColumn(say(Text("Valuta")), width=8),
    ]


def _file_rows(
    session: Session, scope: Scope, wanted: AccountFilter, opening: Sums, closing: Sums, say: query_params.Say
) -> Iterator[Sequence[CellValue]]:
    yield _balance_row(wanted.first, say(Text("Ingående saldo")), opening.payable)
    for row in account_entries.every(session, scope, wanted, opening=opening.payable):
        yield _file_row(row, say)
    yield _balance_row(wanted.last, say(Text("Utgående saldo")), closing.payable)


def _file_row(row: AccountEntry, say: query_params.Say) -> Sequence[CellValue]:
    amount = row.amount
    return (
        row.on,
        say(row.kind.words),
        row.document,
        row.about,
        row.order_number,
        row.execution_reference,
        row.payment,
        amount.net,
        amount.payable - amount.net,
        amount.payable,
        row.balance,
        amount.payable.currency,
    )


def _balance_row(on: date, words: str, balance: Money) -> Sequence[CellValue]:
    nothing: tuple[Any, ...] = ("",) * 5
    return (on, words, *nothing, None, None, None, balance, balance.currency)
