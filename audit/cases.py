"""Putting a complete case together for somebody outside.

A case is an execution reference: its events, orders, documents, answers and matches, its chain of the journal whole,
and every other journal row about them. Handing it out is itself a row of the journal, with the fingerprint of what was
handed out.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from audit import case_archive, case_journal, case_queries, journal_queries, standalone_verification
from audit.case_journal import CaseChain
from foundation import journal
from foundation.errors import Refused
from foundation.journal_chains import root_store
from foundation.journal_chains.row_hashes import case_chain
from foundation.sql import Session
from foundation.text import Text
from invoicing.decisions import protected_store
from invoicing.documents import store as document_store
from invoicing.journal_actions import AuditAction, InvoicingSubject, document_subjects
from invoicing.matching.deviation_texts import sentence
from invoicing.matching.deviations import Check, CheckOutcome, Group
from invoicing.model import SupplierInvoice
from peppol.exchange import inbox_store


class NoCase(Refused):
    """Nothing is known of the execution reference, or it is handled apart."""

    def __init__(self) -> None:
        super().__init__(
            Text("Det finns inget ärende med den genomförandereferensen, eller det hanteras som skyddat.")
        )


def export(session: Session, reference: str, *, by: str, may_see_protected: bool = False) -> bytes:
    """The case as a ZIP, and a journal row that it was handed out. Raises NoCase."""
    files = dict(_files(session, reference, may_see_protected=may_see_protected))
    body = case_archive.build(reference, files)
    subject = InvoicingSubject.CASE.of(reference)
    journal.record(session, by, AuditAction.EXPORTED, subject, manifest=case_archive.manifest_of(body))
    return body


def _files(session: Session, reference: str, *, may_see_protected: bool) -> Iterator[tuple[str, bytes]]:
    documents = list(document_store.listed(session, execution_reference=reference))
    orders = case_queries.order_numbers(session, reference)
    events = case_queries.events(session, reference)
    hidden = protected_store.among(session, [invoice.id for invoice in documents])
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
    for message in case_queries.messages_out(session, orders, about):
        name = f"documents/out/letter-{message.sequence:06}.xml"
        index.append(
            {"name": name, "what": message.kind, "document": message.document_id, "to": message.receiver}
        )
        yield name, message.body
    subjects = [str(each) for invoice in documents for each in document_subjects(invoice)]
    yield from _journal(session, reference, subjects)
    yield "index.json", (json.dumps(index, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    yield "verify.py", standalone_verification.VERIFY_PY.encode()
    yield "README.txt", standalone_verification.READ_ME.encode()


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
    yield name, inbox_store.body_of(session, invoice.letter_id) or b""
    for place, (on, match) in enumerate(document_store.matches(session, invoice.id), 1):
        stem = f"matches/document-{invoice.id:06}-{place:02}"
        text = "\n".join([f"{invoice.number}, {on}: {match.verdict}", *_told(match.tree, 0), ""])
        yield f"{stem}.txt", text.encode()
        tree = json.dumps(asdict(match.tree), ensure_ascii=False, indent=1, sort_keys=True, default=str)
        yield f"{stem}.json", f"{tree}\n".encode()


def _journal(session: Session, reference: str, subjects: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    rows = journal_queries.chained_rows(session, reference, subjects)
    yield case_journal.ROWS, case_journal.rows_to_json(rows)
    chain = case_chain(reference)
    mine = sum(row["chain"] == chain for row in rows)
    yield case_journal.CHAIN, CaseChain(chain, mine, root_store.proof_of(session, chain)).to_json()


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
        said = sentence(each)
        yield f"{indent}    {each.code} {each.weight.name}: {said.sv}"
        yield f"{indent}    {said.en}"
