"""How long things are kept, what stops their disposal, and disposing of them by two people.

A case is kept seven years after the end of the financial year (the calendar year) of the last thing that
happened in it (13 § FBF; RA-FS 2018:10); what belongs to no case has its own times (`retention_periods`). A legal
hold keeps either longer. A disposal removes bytes (`body_store`): messages, events and what was read of documents.
Rows with their numbers, days and amounts stay, and so do journal and fingerprints; so the books still balance
and the chain still verifies. What was removed stands in a protocol.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session, rows_changed
from invoicing.audit import body_store, retention_periods
from invoicing.audit import tables as audit_tables
from invoicing.audit.retention_periods import DONE, YEARS, Times, keep_until
from invoicing.documents import tables as document_tables
from orders import tables as order_tables

_AT_ONCE = 200
_USUAL = Times()


class RetentionRefused(Refused):
    """A hold or a disposal that cannot be."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold on a case."""

    id: int
    execution_reference: str
    placed_by: str
    placed_on: date
    reason: str
    lifted_by: str
    lifted_on: date | None


@dataclass(frozen=True, slots=True)
class Disposal:
    """A proposal to dispose of cases, and what came of it."""

    id: int
    proposed_by: str
    proposed_on: date
    confirmed_by: str
    confirmed_on: date | None
    state: str
    protocol: str
    cases: tuple[tuple[str, date], ...]


def hold(session: Session, reference: str, *, by: str, on: date, reason: str) -> None:
    """Keep a case, or a thing by its name, whatever its age, until the hold is lifted."""
    if not reason.strip():
        raise RetentionRefused("Skriv varför. Skälet sparas.", "Say why. The reason is kept.")
    known = session.scalar(
        select(order_tables.placement.c.execution_reference).where(
            order_tables.placement.c.execution_reference == reference
        )
    )
    thing = retention_periods.named(reference)
    if known is None and (thing is None or not retention_periods.exists(session, *thing)):
        raise RetentionRefused(
            f"Det finns ingen placering {reference}. Ett meddelande skrivs som letter:65.",
            f"There is no placement {reference}. A message is written as letter:65.",
        )
    row = {"execution_reference": reference, "placed_by": by, "placed_on": on, "reason": reason}
    try:
        with session.begin_nested():
            session.execute(insert(audit_tables.legal_hold), row)
    except IntegrityError as error:
        raise RetentionRefused(
            f"{reference} har redan ett bevarandekrav.", f"{reference} has a legal hold already."
        ) from error
    journal.record(
        session, by, "hold.placed", f"case {reference}", execution_reference=reference, reason=reason
    )


def lift(session: Session, hold_id: int, *, by: str, on: date) -> None:
    """Let a hold end. Raises RetentionRefused where it has."""
    table = audit_tables.legal_hold
    standing = (table.c.id == hold_id) & table.c.lifted_on.is_(None)
    reference = session.scalar(select(table.c.execution_reference).where(standing))
    ended = update(table).where(standing).values(lifted_by=by, lifted_on=on)
    if reference is None or not rows_changed(session, ended):
        raise RetentionRefused("Kravet gäller inte längre.", "The hold stands no longer.")
    journal.record(session, by, "hold.lifted", f"case {reference}", execution_reference=reference)


def holds(session: Session) -> Sequence[Hold]:
    """Every hold, the newest first."""
    question = select(audit_tables.legal_hold).order_by(audit_tables.legal_hold.c.id.desc())
    return [Hold(*row) for row in session.execute(question)]


def due(
    session: Session, *, today: date, times: Times = _USUAL, limit: int = _AT_ONCE
) -> Sequence[tuple[str, date]]:
    """What has passed its time and nothing keeps: references of cases, then names, and until when each was kept."""
    cases = cases_due(session, today=today, limit=limit)
    return [*cases, *retention_periods.past(session, times, today=today, limit=limit - len(cases))]


def cases_due(session: Session, *, today: date, limit: int = _AT_ONCE) -> Sequence[tuple[str, date]]:
    """The cases among them."""
    found = []
    for reference, last_day in session.execute(_last_days(today).limit(limit)):
        until = keep_until(last_day)
        if until < today:
            found.append((reference, until))
    return found


def propose(session: Session, *, by: str, on: date, times: Times = _USUAL) -> int:
    """Propose to dispose of all whose time has passed; another person's word is needed."""
    cases = due(session, today=on, times=times)
    if not cases:
        raise RetentionRefused(
            "Inget ärende och inget meddelande får gallras i dag.",
            "No case and no message may be disposed of today.",
        )
    number: int = session.execute(
        insert(audit_tables.disposal).returning(audit_tables.disposal.c.id),
        {"proposed_by": by, "proposed_on": on, "state": "PROPOSED"},
    ).scalar_one()
    session.execute(
        insert(audit_tables.disposal_case),
        [{"disposal_id": number, "execution_reference": each, "keep_until": until} for each, until in cases],
    )
    journal.record(session, by, "disposal.proposed", f"disposal {number}", cases=str(len(cases)))
    return number


def confirm(session: Session, number: int, *, by: str, on: date, times: Times = _USUAL) -> str:
    """Dispose of what was proposed, if it still may be; the protocol. Raises RetentionRefused for the proposer."""
    table = audit_tables.disposal
    row = session.execute(select(table).where(table.c.id == number).with_for_update()).one_or_none()
    if row is None or row.state != "PROPOSED":
        raise RetentionRefused("Förslaget väntar inte på svar.", "The proposal does not wait for an answer.")
    if by == row.proposed_by:
        raise RetentionRefused(
            "Den som bekräftar måste vara en annan än den som föreslog.",
            "The one who confirms must be another than the one who proposed.",
        )
    may = {reference for reference, _ in due(session, today=on, times=times, limit=10**6)}
    proposed = [reference for reference, _ in _cases(session, number)]
    cases = [each for each in proposed if each in may]
    removed: Counter[str] = Counter()
    fingerprint = hashlib.sha256()
    for reference in cases:
        thing = retention_periods.named(reference)
        removing = body_store.of_stray(session, *thing) if thing else body_store.of_case(session, reference)
        for kind, item_id, digest, size in removing:
            session.execute(
                insert(audit_tables.disposed_body),
                {"kind": kind, "item_id": item_id, "disposal_id": number, "sha256": digest, "size": size},
            )
            removed[kind] += 1
            removed["bytes"] += size
            fingerprint.update(f"{kind} {item_id} {digest}\n".encode())
    protocol = json.dumps(
        {
            "disposal": number,
            "on": on.isoformat(),
            "proposed_by": row.proposed_by,
            "confirmed_by": by,
            "cases": [each for each in cases if retention_periods.named(each) is None],
            "outside_cases": [each for each in cases if retention_periods.named(each) is not None],
            "kept": [each for each in proposed if each not in may],
            "removed": dict(sorted(removed.items())),
            "sha256_of_list": fingerprint.hexdigest(),
        },
        ensure_ascii=False,
        indent=1,
        sort_keys=True,
    )
    session.execute(
        update(table)
        .where(table.c.id == number)
        .values(state="DONE", confirmed_by=by, confirmed_on=on, protocol=protocol)
    )
    journal.record(
        session,
        by,
        "disposal.done",
        f"disposal {number}",
        cases=str(len(cases)),
        protocol=hashlib.sha256(protocol.encode()).hexdigest(),
    )
    return protocol


def withdraw(session: Session, number: int, *, by: str) -> None:
    """Take a proposal back."""
    table = audit_tables.disposal
    waiting = (table.c.id == number) & (table.c.state == "PROPOSED")
    if not rows_changed(session, update(table).where(waiting).values(state="WITHDRAWN")):
        raise RetentionRefused("Förslaget väntar inte på svar.", "The proposal does not wait for an answer.")
    journal.record(session, by, "disposal.withdrawn", f"disposal {number}")


def disposals(session: Session) -> Sequence[Disposal]:
    """Every disposal, the newest first."""
    table = audit_tables.disposal
    return [
        Disposal(
            row.id,
            row.proposed_by,
            row.proposed_on,
            row.confirmed_by,
            row.confirmed_on,
            row.state,
            row.protocol,
            tuple(_cases(session, row.id)),
        )
        for row in session.execute(select(table).order_by(table.c.id.desc()))
    ]


def _cases(session: Session, number: int) -> list[tuple[str, date]]:
    table = audit_tables.disposal_case
    question = select(table.c.execution_reference, table.c.keep_until).where(table.c.disposal_id == number)
    return [
        (row.execution_reference, row.keep_until)
        for row in session.execute(question.order_by(*table.primary_key))
    ]


def _last_days(today: date) -> Any:  # noqa: ANN401 - a select of two columns
    """The last day of every case that has ended, is held by nobody and not disposed of."""
    placement, order, invoice = order_tables.placement, order_tables.purchase_order, document_tables.invoice
    open_one = (
        select(invoice.c.id)
        .where(
            invoice.c.execution_reference == placement.c.execution_reference,
            invoice.c.state.not_in(DONE),
        )
        .exists()
    )
    kept_back = (
        select(audit_tables.legal_hold.c.id)
        .where(
            audit_tables.legal_hold.c.execution_reference == placement.c.execution_reference,
            audit_tables.legal_hold.c.lifted_on.is_(None),
        )
        .exists()
    )
    gone = (
        select(audit_tables.disposal_case.c.disposal_id)
        .join(audit_tables.disposal, audit_tables.disposal.c.id == audit_tables.disposal_case.c.disposal_id)
        .where(
            audit_tables.disposal_case.c.execution_reference == placement.c.execution_reference,
            audit_tables.disposal.c.state == "DONE",
        )
        .exists()
    )
    ends = (
        select(func.max(order.c.ends_on))
        .where(order.c.execution_reference == placement.c.execution_reference)
        .scalar_subquery()
    )
    paid = (
        select(func.max(func.coalesce(invoice.c.paid_on, invoice.c.received_on)))
        .where(invoice.c.execution_reference == placement.c.execution_reference)
        .scalar_subquery()
    )
    # The later of the two; a case without invoices ended with its orders.
    last = func.coalesce(_later(paid, ends), ends, type_=order.c.ends_on.type)
    return (
        select(placement.c.execution_reference, last.label("last_day"))
        .where(~open_one, ~kept_back, ~gone, last < date(today.year - YEARS, 1, 1))
        .order_by(placement.c.execution_reference)
    )


def _later(one: Any, other: Any) -> Any:  # noqa: ANN401 - two scalar questions
    return case((one > other, one), else_=other)
