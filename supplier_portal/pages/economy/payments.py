"""A payment as its payee reads it (remittance advice): the documents it covers and its sum, as page, PDF and CSV.

Who is limited to some units sees what is about their orders, and page and file say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request, Response

from accounts.identity import Person
from foundation.errors import NotThere
from foundation.money import Money, total
from foundation.spreadsheets import CSV_TYPE, CellKind, CellValue, Dialect, SheetColumn, csv_of
from foundation.text import Language, Text
from invoicing.reconciliation.account_statement import AccountEntry, EntryKind
from orders.register import store as register_store
from orders.register.register import Register
from supplier_portal.pages import query_params
from supplier_portal.pages.economy.start import tabs_of
from supplier_portal.pages.forms import SEES
from supplier_portal.queries import account_entries
from web import pdf
from web.access import signed_in
from web.costly import COSTLY
from web.pages import database_of, language_of, pages_router, render, text_from

router = pages_router()


@dataclass(frozen=True, slots=True)
class _Found:
    """The parts of a payment that may be seen, and whether that is all of it."""

    parts: Sequence[AccountEntry]
    is_whole: bool
    register: Register
    supplier_name: str

    @property
    def amount(self) -> Money:
        """What the parts come to: what was paid, where they are all."""
        return -total(
            (each.amount.payable for each in self.parts), currency=self.parts[0].amount.payable.currency
        )


@router.get("/economy/payments/{payment}")
def payment(request: Request, payment: str, person: Person = signed_in(*SEES)) -> Response:
    """One payment: the invoices it paid, and the claims that were taken off it."""
    found = _found(request, person, payment)
    return render(
        request,
        person,
        "economy/payment.html",
        tabs=tabs_of(person),
        payment=payment,
        parts=found.parts,
        sum_of_parts=found.amount,
        is_whole=found.is_whole,
    )


@router.get("/economy/payments/{payment}/remittance.pdf", dependencies=COSTLY)
def remittance_pdf(request: Request, payment: str, person: Person = signed_in(*SEES)) -> Response:
    """The same on paper."""
    return printed(request, person, payment, language_of(request, person))


@router.get("/economy/payments/{payment}/remittance.csv")
def remittance_csv(request: Request, payment: str, person: Person = signed_in(*SEES)) -> Response:
    """The same as a table, a row for each document; ?form=plain for programs."""
    found = _found(request, person, payment)
    dialect = query_params.choice_of(request, "form", Dialect) or Dialect.SWEDISH
    say = query_params.say_of(person.language)
    rows = [_row(payment, each, say) for each in found.parts]
    written = b"".join(csv_of(_columns(say), rows, dialect))
    return query_params.download(written, f"remittance-{payment}.csv", CSV_TYPE)


def printed(request: Request, person: Person, payment: str, language: Language) -> Response:
    """The remittance advice of a payment that the person may see, as a file. Raises NotThere."""
    found = _found(request, person, payment)
    html = text_from(
        "economy/remittance_paper.html",
        language,
        payment=payment,
        parts=found.parts,
        paid_on=found.parts[0].on,
        sum_of_parts=found.amount,
        is_whole=found.is_whole,
        buyer=found.register.buyer,
        supplier=person.organisation,
        supplier_name=found.supplier_name,
    )
    made = pdf.pdf_of(html, sheet="order_paper.css")
    return query_params.download(made, f"remittance-{payment}.pdf", "application/pdf")


def _found(request: Request, person: Person, payment: str) -> _Found:
    scope = query_params.scope_of(person).own
    with database_of(request).reading() as session:
        parts = account_entries.covered(session, scope, [payment]).get(payment, [])
        if not parts:
            raise NotThere
        is_whole = account_entries.is_whole(session, scope, payment, parts)
        register = query_params.register_of(session)
        known = register_store.last_known_supplier(session, register, person.organisation)
        return _Found(parts, is_whole, register, known.name if known is not None else "")


def _columns(say: query_params.Say) -> list[SheetColumn]:
    return [
        SheetColumn(say(Text("Betalning")), width=22),
        SheetColumn(say(Text("Dag")), CellKind.DAY, 12),
        SheetColumn(say(Text("Slag")), width=22),
        SheetColumn(say(Text("Dokument")), width=18),
        SheetColumn(say(Text("Avser faktura")), width=18),
        SheetColumn(say(Text("Order")), width=14),
        SheetColumn(say(Text("Genomförandereferens")), width=22),
        SheetColumn(say(Text("Belopp")), CellKind.AMOUNT, 14),
        SheetColumn(say(Text("Valuta")), width=8),
    ]


def _row(payment: str, each: AccountEntry, say: query_params.Say) -> Sequence[CellValue]:
    kind = Text("Betald faktura") if each.kind is EntryKind.PAYMENT else each.kind.words
    return (
        payment,
        each.on,
        say(kind),
        each.document,
        each.about or each.document,
        each.order_number,
        each.execution_reference,
        -each.amount.payable,
        each.amount.payable.currency,
    )
