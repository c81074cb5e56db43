"""Searching the journal, and putting a complete case together for somebody outside.

A case is an execution reference: its events, orders, documents, answers and matches, and every journal row
about them. Handing it out is itself a row of the journal, with the fingerprint of what was handed out.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, func, or_, select

from foundation import journal
from foundation import tables as foundation_tables
from foundation.errors import Refused
from foundation.periods import STOCKHOLM
from foundation.sql import Session
from invoicing.audit import case_archive
from invoicing.decisions import protected
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.matching.deviation_texts import sentence
from invoicing.matching.deviations import Check, CheckOutcome, Group
from invoicing.model import SupplierInvoice
from orders import tables as order_tables
from peppol.exchange import inbox
from peppol.exchange import tables as exchange_tables


class NoCase(Refused):
    """Nothing is known of the execution reference, or it is handled apart."""

    def __init__(self) -> None:
        super().__init__(
            "Det finns inget ärende med den genomförandereferensen, eller det hanteras som skyddat.",
            "There is no case of that execution reference, or it is handled as protected.",
        )


@dataclass(frozen=True, slots=True)
class Sought:
    """What to look for in the journal: a reference, a document's number or a subject; a person; days."""

    text: str = ""
    actor: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None


_J = foundation_tables.journal


def search(
    session: Session, sought: Sought, *, limit: int = 100, offset: int = 0
) -> tuple[Sequence[Row[Any]], int]:
    """The newest rows of the journal that fit, and how many do."""
    where = list(_conditions(session, sought))
    many = session.execute(select(func.count()).select_from(_J).where(*where)).scalar_one()
    page = select(_J).where(*where).order_by(_J.c.sequence.desc()).limit(limit).offset(offset)
    return session.execute(page).all(), many


def _conditions(session: Session, sought: Sought) -> Iterator[Any]:
    if sought.text:
        subjects = [sought.text, f"placement {sought.text}", f"order {sought.text}"]
        subjects += [subject for invoice in _numbered(session, sought.text) for subject in _subjects(invoice)]
        yield or_(_J.c.execution_reference == sought.text, _J.c.subject.in_(subjects))
    if sought.actor:
        yield _J.c.actor == sought.actor
    if sought.action:
        yield _J.c.action == sought.action
    # The moment is ISO text in UTC, so it sorts as it happened.
    if sought.since is not None:
        yield _J.c.at >= _moment(sought.since)
    if sought.until is not None:
        yield _J.c.at < _moment(sought.until + timedelta(days=1))


def _moment(day: date) -> str:
    start = datetime.combine(day, time(), STOCKHOLM).astimezone(UTC)
    return start.isoformat(timespec="microseconds")


def _numbered(session: Session, number: str) -> list[SupplierInvoice]:
    ids = session.scalars(
        select(document_tables.invoice.c.id).where(document_tables.invoice.c.number == number).limit(20)
    )
    return [document_store.by_id(session, each) for each in ids]


def _subjects(invoice: SupplierInvoice) -> list[str]:
    return [f"{invoice.document_type.lower()} {invoice.id}", f"invoice {invoice.id}"]


def export(session: Session, reference: str, *, by: str, may_see_protected: bool = False) -> bytes:
    """The case as a ZIP, and a journal row that it was handed out. Raises NoCase."""
    files = dict(_files(session, reference, may_see_protected=may_see_protected))
    body = case_archive.build(reference, files)
    journal.record(
        session, by, "audit.exported", f"case {reference}", manifest=case_archive.manifest_of(body)
    )
    return body


def _files(session: Session, reference: str, *, may_see_protected: bool) -> Iterator[tuple[str, bytes]]:
    documents = list(document_store.listed(session, execution_reference=reference))
    order = order_tables.purchase_order
    orders = list(
        session.scalars(
            select(order.c.number).where(order.c.execution_reference == reference).order_by(order.c.number)
        )
    )
    events = session.execute(
        select(order_tables.inbound_event)
        .where(order_tables.inbound_event.c.execution_reference == reference)
        .order_by(order_tables.inbound_event.c.sequence)
    ).all()
    hidden = protected.among(session, [invoice.id for invoice in documents])
    if not (documents or orders or events) or (hidden and not may_see_protected):
        raise NoCase
    index: list[dict[str, object]] = []
    for event in events:
        name = f"events/event-{event.sequence:06}.json"
        index.append(
            {"name": name, "what": event.type, "state": event.state, "on": event.occurred_on.isoformat()}
        )
        yield name, event.body.encode()
    for invoice in documents:
        yield from _document(session, invoice, index)
    about = [f"invoice {invoice.id}" for invoice in documents]
    for message in _messages_out(session, orders, about):
        name = f"documents/out/letter-{message.sequence:06}.xml"
        index.append(
            {"name": name, "what": message.kind, "document": message.document_id, "to": message.receiver}
        )
        yield name, message.body
    subjects = [subject for invoice in documents for subject in _subjects(invoice)]
    yield "journal/journal.jsonl", _rows(session, reference, subjects)
    yield "index.json", (json.dumps(index, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    yield "verify.py", case_archive.VERIFY_PY.encode()
    yield "README.txt", case_archive.READ_ME.encode()


def _document(
    session: Session, invoice: SupplierInvoice, index: list[dict[str, object]]
) -> Iterator[tuple[str, bytes]]:
    name = f"documents/in/letter-{invoice.letter_id:06}.xml"
    index.append(
        {
            "name": name,
            "what": invoice.document_type.value,
            "document": invoice.number,
            "id": invoice.id,
            "state": invoice.state.value,
            "amount_payable": str(invoice.amount_payable.amount),
            "currency": invoice.currency,
        }
    )
    yield name, inbox.body_of(session, invoice.letter_id) or b""
    for place, (on, match) in enumerate(document_store.matches(session, invoice.id), 1):
        stem = f"matches/document-{invoice.id:06}-{place:02}"
        text = "\n".join([f"{invoice.number}, {on}: {match.verdict}", *_told(match.tree, 0), ""])
        yield f"{stem}.txt", text.encode()
        tree = json.dumps(asdict(match.tree), ensure_ascii=False, indent=1, sort_keys=True, default=str)
        yield f"{stem}.json", f"{tree}\n".encode()


def _messages_out(session: Session, orders: Sequence[str], about: Sequence[str]) -> Iterator[Any]:
    outbox = exchange_tables.outbox
    ours = or_(
        (outbox.c.kind == "order") & outbox.c.document_id.in_(list(orders)), outbox.c.about.in_(list(about))
    )
    yield from session.execute(select(outbox).where(ours).order_by(outbox.c.sequence))


def _rows(session: Session, reference: str, subjects: Sequence[str]) -> bytes:
    """The journal rows of the case, each with the hash of the row before it in the whole chain."""
    found = session.execute(
        select(_J)
        .where(or_(_J.c.execution_reference == reference, _J.c.subject.in_(list(subjects))))
        .order_by(_J.c.sequence)
    ).mappings()
    rows = [dict(row) for row in found]
    before = [row["sequence"] - 1 for row in rows]
    hashes = {
        row.sequence: row.hash
        for row in session.execute(select(_J.c.sequence, _J.c.hash).where(_J.c.sequence.in_(before)))
    }
    lines = [
        json.dumps(
            {**row, "previous": hashes.get(row["sequence"] - 1, journal.GENESIS)},
            ensure_ascii=False,
            sort_keys=True,
        )
        for row in rows
    ]
    return "".join(f"{line}\n" for line in lines).encode()


_SIGNS = {CheckOutcome.AGREES: "+", CheckOutcome.DEVIATES: "!", CheckOutcome.NOT_LOOKED_AT: "-"}


def _told(node: Check | Group, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if isinstance(node, Group):
        yield f"{indent}{node.name}"
        for child in node.checks:
            yield from _told(child, depth + 1)
        return
    yield f"{indent}{_SIGNS[node.outcome]} {node.name}"
    for each in node.deviations:
        yield f"{indent}    {each.code} {each.weight.name}: {sentence(each, 'sv')}"
        yield f"{indent}    {sentence(each, 'en')}"
