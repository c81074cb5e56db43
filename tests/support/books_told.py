"""What the books say at the end of a story about suppliers' documents, row by row, to be compared with a golden file.

Left out are contents, hashes and moments, which other tests hold. `BILLING_WRITE_GOLDEN=1 pytest …` writes it anew.
"""

import json
import os
from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import Table, select

from foundation import journal
from foundation.sql import Session
from invoicing.claims import tables as claim_tables
from invoicing.decisions import tables as decision_tables
from invoicing.documents import tables as document_tables
from invoicing.journal_actions import InvoicingSubject
from orders import tables as order_tables
from peppol.exchange import outbox_store
from tests.support.project import GOLDEN
from tests.support.stories.system import System

_TABLES: tuple[Table, ...] = (
    document_tables.invoice,
    document_tables.invoice_part,
    document_tables.invoice_order,
    document_tables.match_made,
    document_tables.credit_pair,
    document_tables.partial_credit,
    document_tables.expected_credit,
    document_tables.document_decision,
    document_tables.supplier_notice,
    decision_tables.acceptance,
    decision_tables.desk_action,
    decision_tables.desk_batch_row,
    claim_tables.claim,
    order_tables.line_account,
    order_tables.line_share,
)
_LEFT_OUT = frozenset(
    {
        *("content", "tree", "policy", "lines", "deviations", "sentence_sv", "sentence_en"),
        *("supplier", "endpoint", "currency", "type_code", "letter_id", "issued_on", "ocr"),
        *("quantity_ordered", "amount_ordered", "receipt_id"),
    }
)
_SUBJECTS = {each.value for each in InvoicingSubject}


def told(session: Session) -> str:
    """The rows of the books that a judgement can change, the journal's of documents, and the answers sent."""
    return "\n".join(_lines(session)) + "\n"


def _lines(session: Session) -> Iterator[str]:
    for table in _TABLES:
        columns = [each for each in table.columns if each.name not in _LEFT_OUT]
        for row in session.execute(select(*columns).order_by(*table.primary_key)):
            said = {name: _written(value) for name, value in row._mapping.items()}
            if table is order_tables.line_account and not said["invoice_id"] and said["state"] == "OPEN":
                continue
            yield f"{table.name}: " + " ".join(f"{name}={value}" for name, value in said.items() if value)
    for row in journal.rows(session):
        if row.subject.partition(" ")[0] in _SUBJECTS:
            detail = json.dumps(json.loads(row.detail), ensure_ascii=False, sort_keys=True)
            case = row.execution_reference or "-"
            yield f"journal: {row.actor} {row.action} {row.subject} {case} {detail}"
    for message in outbox_store.messages_out(session):
        if message.about.partition(" ")[0] in _SUBJECTS:
            yield f"answer: {message.document_id} about {message.about}"


def _written(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}".rstrip("0").rstrip(".") if value else ""
    return "" if value in (None, 0, "") else str(value).replace(" ", "_")


def are_golden(system: System, story: str, name: str) -> None:
    """The books say at the end of the story what the golden file tells of it."""
    path = GOLDEN / name
    kept = _stories(path.read_text(encoding="utf-8")) if path.exists() else {}
    with system.database.reading() as session:
        now = told(session)
    if os.environ.get("BILLING_WRITE_GOLDEN"):
        kept[story] = now
        whole = "\n".join(f"== {each}\n{kept[each]}" for each in sorted(kept))
        path.write_text(whole, encoding="utf-8")
    assert now == kept.get(story), f"{story} in {name} has changed"


def _stories(text: str) -> dict[str, str]:
    found = {}
    for part in text.split("== ")[1:]:
        name, _, said = part.partition("\n")
        found[name] = said.rstrip("\n") + "\n"
    return found
