"""What waits for each of the buyer's people: the one counting behind the overview and the numbers of the menu."""

from collections.abc import Iterator, Mapping
from datetime import date

from accounts.identity import Permission, Person
from accounts.staff import change_store
from finance_desk import queue_words, waiting_queries
from foundation.sql import Session
from foundation.text import Text
from invoicing.conversation import message_store
from invoicing.exceptions import queue_queries, report_queries
from invoicing.exceptions.queue import QueuePart
from invoicing.payment import proposal_store
from invoicing.payment.bank_answers import bank_report_store
from invoicing.supplier_changes import change_request_store
from orders.objections import store as objection_store
from web.frame.waiting import Waiting

_P = Permission


def waiting(session: Session, person: Person, today: date) -> Iterator[Waiting]:
    """What waits for somebody at the buyer, by the person's permissions; what nobody waits for has no number."""
    if not person.is_buyer:
        return
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
    for kind, many in waiting_queries.confirmations(session, person).items():
        yield Waiting(kind.words, many, kind.address)
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
