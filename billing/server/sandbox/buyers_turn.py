"""The buyer's side of a sandbox, done at once: what is due is sent, read, judged, asked back and paid.

Convention: everything goes through the use cases that the worker, the finance desk and the bank's answers call; only
nobody waits for anybody. What is questioned is answered with a request for credit, what is due is paid by two people
who do not exist.
"""

from datetime import UTC, date, datetime
from functools import partial
from typing import Final

from billing.server.sandbox.sample_placements import ToldDay
from billing.server.sandbox.taking_point import TakingPoint
from foundation.database import Database
from foundation.errors import Refused
from invoicing.documents import store as document_store
from invoicing.intake.queue import read_arrived
from invoicing.model import DocumentType, InvoiceState
from invoicing.payment import payment
from invoicing.portal_invoicing.release_due import release_due
from invoicing.verdicts import crediting
from operations import event_loading
from orders.register import store as register_store
from peppol.exchange import outgoing

OFFICER: Final = "sandbox-officer"
PREPARER: Final = "sandbox-preparer"
ATTESTER: Final = "sandbox-attester"
_AT_ONCE: Final = 200


def tell(database: Database, days: list[ToldDay], *, today: date) -> None:
    """Load what a decision system would have told, each day's on that day. Raises the first refusal."""
    for told in days:
        loaded = event_loading.load_events(database.with_clock(partial(_at, told.moment)), told.lines)
        for _, refusal in loaded.problems:
            raise refusal
    work(database, today=today)


def _at(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def work(database: Database, *, today: date) -> None:
    """Do everything that is due by now."""
    now = database.clock()
    event_loading.place_due_orders(database, today=today)
    release_due(database, now)
    for _ in read_arrived(database, today=today, reader=False):
        pass
    _ask_back(database, today)
    _pay(database, today)
    outgoing.deliver_waiting(database.writing, TakingPoint(), now=now)


def _ask_back(database: Database, today: date) -> None:
    """Ask for credit of every invoice in question."""
    with database.reading() as session:
        found = list(document_store.listed(session, state=InvoiceState.IN_QUESTION, limit=_AT_ONCE))
    for each in found:
        if each.document_type is DocumentType.INVOICE:
            with database.writing() as session:
                register = register_store.load(session)
                crediting.ask_for_credit(session, register, each, by=OFFICER, today=today)


def _pay(database: Database, today: date) -> None:
    """Pay what is due; what a control holds back stays."""
    with database.reading() as session:
        due = payment.due(session, on=today)
    for each in due:
        try:
            with database.writing() as session:
                register = register_store.load(session)
                payment.pay(
                    session, register, [each], prepared_by=PREPARER, attested_by=ATTESTER, today=today
                )
        except Refused:
            continue
