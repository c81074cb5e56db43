"""The invoice register: every invoice and credit note in any state, found, ordered and counted, and as a file.

What is sought, the order, the page and its size are the address: kept, sent to a colleague, and gone back to.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from fastapi import Request, Response

from accounts.identity import Person
from finance_desk.pages.paying_parts import (
    FormRefused,
    download,
    parsed_amount,
    parsed_day,
    supplier_names,
)
from finance_desk.pages.queue import READERS
from finance_desk.sheets import Sheet
from foundation.errors import NotThere, Refused
from foundation.spreadsheets import CellKind, CellValue, SheetColumn
from foundation.text import Language, Text
from invoicing.decisions import protected_store
from invoicing.documents import document_queries
from invoicing.documents.document_queries import DocumentFilter, DocumentOrder, ListedDocument
from invoicing.model import CREDIT_NOTE_WORDS, DOCUMENT_TYPE_WORDS, INVOICE_WORDS, DocumentType, InvoiceState
from orders.register import store as register_store
from web.access import signed_in
from web.guards.kept_back import kept_back
from web.lists import addresses, chips, sorting
from web.lists.chips import Chip
from web.lists.sorting import Sorting
from web.pages import Page, database_of, keeping_back, language_of, pages_router, render, today_of

router = pages_router()
_Read = TypeVar("_Read")
ADDRESS: Final = "/finance/invoices"
SIZES: Final = (25, 50, 100, 200)
"""How many rows a page may have."""
FILE_MOST: Final = 50_000
"""So many rows a file holds; more are asked for in parts."""
_LONGEST: Final = 120
_FALLS: Final = frozenset({DocumentOrder.RECEIVED, DocumentOrder.ISSUED, DocumentOrder.AMOUNT})
_FIELDS: Final = {
    "q": Text("Nummer, referens eller order"),
    "state": Text("Läge"),
    "type": Text("Slag"),
    "supplier": Text("Leverantör"),
    "from": Text("Kom från och med"),
    "to": Text("Kom till och med"),
    "least": Text("Minst att betala"),
    "most": Text("Högst att betala"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for, as it was written and as it was read; `errors` say what could not be read."""

    written: Mapping[str, str]
    wanted: DocumentFilter
    sorted: Sorting[DocumentOrder]
    size: int
    errors: Sequence[tuple[str, Text]]


@router.get(ADDRESS)
def invoices(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """The documents found, a page of them, with how many they are and what they come to."""
    asked = _asked(request)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        found = () if asked.errors else document_queries.sums(session, asked.wanted)
        page = Page.of(request, sum(each.count for each in found), size=asked.size)
        rows = (
            document_queries.listed(
                session,
                asked.wanted,
                order=asked.sorted.column,
                descending=asked.sorted.falling,
                limit=page.size,
                offset=page.offset,
            )
            if page.total
            else []
        )
        hidden = protected_store.among(session, [row.id for row in rows])
    names = supplier_names(register)
    return render(
        request,
        person,
        "desk/invoices.html",
        400 if asked.errors else 200,
        asked=asked,
        errors=asked.errors,
        rows=[_masked(row) if row.id in hidden else row for row in rows],
        hidden=hidden,
        sums=found,
        page=page,
        names=names,
        chips=_chips(request, asked, names),
        sorts=sorting.headings(request, asked.sorted, DocumentOrder, falls=_FALLS),
        sizes=[(each, addresses.changed(request, size=str(each))) for each in SIZES],
        states=[(each.value, INVOICE_WORDS[each]) for each in InvoiceState],
        types=[(each.value, words) for each, words in DOCUMENT_TYPE_WORDS.items()],
        excel=addresses.file_address(request, f"{ADDRESS}.xlsx"),
        csv=addresses.file_address(request, f"{ADDRESS}.csv"),
        most=FILE_MOST,
    )


@router.get(f"{ADDRESS}.{{form}}")
def invoices_file(request: Request, form: str, person: Person = signed_in(*READERS)) -> Response:
    """All that is found, as CSV or XLSX. Raises Refused where it is more than a file holds."""
    asked = _asked(request)
    if asked.errors:
        raise FormRefused(asked.errors[0][1])
    today = today_of(request)
    with database_of(request).reading() as session:
        many = sum(each.count for each in document_queries.sums(session, asked.wanted))
        if many > FILE_MOST:
            raise Refused(
                Text(
                    "Urvalet har %(many)s dokument, och en fil rymmer %(most)s. Avgränsa med leverantör, "
                    "läge eller dagar, och hämta det i flera filer.",
                    many=many,
                    most=FILE_MOST,
                )
            )
        names = supplier_names(register_store.load(session))
        rows = list(
            document_queries.every(
                session, asked.wanted, order=asked.sorted.column, descending=asked.sorted.falling
            )
        )
        hidden = protected_store.among(session, [row.id for row in rows])
    language = language_of(request, person)
    shown = [_masked(row) if row.id in hidden else row for row in rows]
    with keeping_back(request, person):
        sheet = Sheet(
            Text("Fakturor").in_language(language),
            [SheetColumn(words.in_language(language), kind) for words, kind in _COLUMNS],
            [_cells(row, names, language) for row in shown],
        )
    made = sheet.file(form)
    if made is None:
        raise NotThere
    body, media_type = made
    return download(body, name=f"fakturor-{today}.{form}", media_type=media_type)


_COLUMNS: Final = (
    (Text("Nummer"), CellKind.TEXT),
    (Text("Slag"), CellKind.TEXT),
    (Text("Leverantör"), CellKind.TEXT),
    (Text("Organisationsnummer"), CellKind.TEXT),
    (Text("Genomförandereferens"), CellKind.TEXT),
    (Text("Order"), CellKind.TEXT),
    (Text("Fakturadatum"), CellKind.DAY),
    (Text("Kom"), CellKind.DAY),
    (Text("Läge"), CellKind.TEXT),
    (Text("Betald"), CellKind.DAY),
    (Text("Att betala"), CellKind.AMOUNT),
    (Text("Valuta"), CellKind.TEXT),
)


def _cells(row: ListedDocument, names: Mapping[str, str], language: Language) -> list[CellValue]:
    """The row as a file has it. A credit note's amount is below nothing, so that a column can be added up."""
    is_credit = row.document_type is DocumentType.CREDIT_NOTE
    words = CREDIT_NOTE_WORDS if is_credit else INVOICE_WORDS
    kind = Text("Kreditfaktura") if is_credit else Text("Faktura")
    return [
        str(kept_back(row.number)),
        kind.in_language(language),
        names.get(row.supplier, ""),
        row.supplier,
        str(kept_back(row.execution_reference)),
        str(kept_back(row.order_number)),
        row.issued_on,
        row.received_on,
        words[row.state].in_language(language),
        row.paid_on,
        -row.amount.amount if is_credit else row.amount.amount,
        row.amount.currency,
    ]


def _masked(row: ListedDocument) -> ListedDocument:
    """The row of a document that is handled apart, as those see it who have not opened it."""
    return replace(row, number="", execution_reference="", order_number="")


def _asked(request: Request) -> Asked:
    """What the address asks for. What cannot be read is an error at its field, and nothing is left out for it."""
    given = request.query_params
    written = {name: given.get(name, "").strip() for name in _FIELDS}
    errors: list[tuple[str, Text]] = []

    def read(name: str, reading: Callable[[str], _Read]) -> _Read | None:
        if not written[name]:
            return None
        try:
            return reading(written[name])
        except FormRefused as refused:
            errors.append((name, refused.text))
            return None

    if len(written["q"]) > _LONGEST:
        errors.append(("q", Text("Skriv högst %(most)s tecken.", most=_LONGEST)))
    wanted = DocumentFilter(
        text=written["q"],
        state=read("state", _state),
        document_type=read("type", _type),
        supplier=written["supplier"],
        received_from=read("from", parsed_day),
        received_to=read("to", parsed_day),
        amount_least=read("least", parsed_amount),
        amount_most=read("most", parsed_amount),
    )
    size = given.get("size", "")
    return Asked(
        written,
        wanted,
        sorting.read(given, DocumentOrder, default=DocumentOrder.RECEIVED, falls=_FALLS, bare_falls=True),
        next((each for each in SIZES if str(each) == size), SIZES[1]),
        errors,
    )


def _state(text: str) -> InvoiceState:
    if text not in set(InvoiceState):
        raise FormRefused(Text("Välj ett läge i listan."))
    return InvoiceState(text)


def _type(text: str) -> DocumentType:
    if text not in set(DocumentType):
        raise FormRefused(Text("Välj fakturor eller kreditfakturor."))
    return DocumentType(text)


def _chips(request: Request, asked: Asked, names: Mapping[str, str]) -> list[Chip]:
    """The conditions that are written, each with the address without it."""
    said: dict[str, Text | str] = {name: written for name, written in asked.written.items() if written}
    if asked.wanted.state is not None:
        said["state"] = INVOICE_WORDS[asked.wanted.state]
    if asked.wanted.document_type is not None:
        said["type"] = DOCUMENT_TYPE_WORDS[asked.wanted.document_type]
    if asked.wanted.supplier:
        said["supplier"] = names.get(asked.wanted.supplier, asked.wanted.supplier)
    return chips.chips(request, {name: (_FIELDS[name], value) for name, value in said.items()})
