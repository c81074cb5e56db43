"""The buyer's overview: what waits for this person, what is to be paid on which day, and delivered beside paid."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from fastapi import Request, Response

from accounts.identity import Permission, Person
from accounts.staff import change_store
from finance_desk import delivered_chart, queue_words
from finance_desk.pages.paying_parts import READERS
from foundation.periods import Month, add_months
from foundation.sql import Session
from foundation.text import Text
from invoicing.conversation import message_store
from invoicing.exceptions import queue_queries, report_queries
from invoicing.exceptions.queue import QueuePart
from invoicing.payment import payable_store, proposal_store
from invoicing.payment.bank_answers import bank_report_store, transfer_note_store
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.statement import StatementKey
from invoicing.supplier_changes import change_request_store
from orders.objections import store as objection_store
from orders.register import store as register_store
from web.access import signed_in
from web.pages import database_of, language_of, pages_router, render, today_of

router = pages_router()
_P = Permission
_ALL: Final = (*READERS, _P.OFFICER, _P.BUYER_ADMIN, _P.PROTECTED)
_MONTHS: Final = 12
_DAYS_AHEAD: Final = 30


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for this person: what, how much of it, and where it is dealt with."""

    words: Text
    count: int
    address: str


@router.get("/finance/overview")
def overview(request: Request, person: Person = signed_in(*_ALL)) -> Response:
    """What to do now, by the person's permissions; amounts only for those who may read payments."""
    today, reads = today_of(request), person.may(*READERS)
    with database_of(request).reading() as session:
        waiting = [each for each in _waiting(session, person, today) if each.count]
        coming = payable_store.coming(session, until=today + timedelta(days=_DAYS_AHEAD)) if reads else []
        months = _months(session, today) if reads else []
    return render(
        request,
        person,
        "desk/overview.html",
        today=today,
        waiting=waiting,
        coming=coming,
        months=months,
        picture=delivered_chart.picture(months, language_of(request, person)) if months else None,
        reads=reads,
    )


def _waiting(session: Session, person: Person, today: date) -> Iterator[Waiting]:
    if person.may(_P.FINANCE):
        counts: Mapping[QueuePart, int] = queue_queries.counts(session, today=today)
        for part, words in queue_words.PARTS.items():
            # Reports are the officers', and waiting for a day waits for nobody.
            if part not in (QueuePart.REPORTS, QueuePart.RESTING, QueuePart.POST):
                yield Waiting(words, counts[part], f"/finance?part={part}")
        yield Waiting(
            Text("Olästa frågor och svar"), message_store.waiting_count(session), "/finance/conversations"
        )
        found = len(bank_report_store.open_findings(session))
        yield Waiting(Text("Rader från banken"), found, "/finance/payments/bank")
        requests = len(change_request_store.listed(session, only_open=True))
        yield Waiting(Text("Ändringar att bekräfta"), requests, "/admin/changes")
    if person.may(_P.ATTEST):
        drafts = proposal_store.drafts_of_others(session, person.id)
        address = f"/finance/payments/proposals/{drafts[0]}" if len(drafts) == 1 else "/finance/payments"
        yield Waiting(Text("Betalningsförslag att attestera"), len(drafts), address)
    if person.may(_P.FINANCE, _P.ATTEST):
        noted = [each for each in transfer_note_store.waiting(session) if each.noted_by != person.id]
        yield Waiting(Text("Vad banken gjorde, att bekräfta"), len(noted), "/finance/payments/bank")
    if person.may(_P.OFFICER):
        yield Waiting(
            Text("Redovisningar att godkänna"), report_queries.how_many(session), "/finance/reports"
        )
        objections = objection_store.count(session, waiting=True)
        yield Waiting(Text("Invändningar att besvara"), objections, "/finance/objections")
    if person.may(_P.BUYER_ADMIN):
        proposed = change_store.listed(session, only_open=True)
        others = [each for each in proposed if each.proposed_by != person.id]
        yield Waiting(Text("Ändringar av köparens personer"), len(others), "/admin/people")


def _months(session: Session, today: date) -> list[delivered_chart.DeliveredMonth]:
    first = Month.of(add_months(today.replace(day=1), 1 - _MONTHS))
    wanted = EntryFilter(until=Month.of(today), currency=register_store.currency(session))
    rows = entry_queries.statement(session, wanted, by=(StatementKey.MONTH,)).rows
    return [
        delivered_chart.DeliveredMonth(Month.parse(row.key[0]), row.received, row.paid)
        for row in rows
        if row.key[0] >= str(first)
    ]
