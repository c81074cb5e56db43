"""The buyer's side of a sandbox, done at once: what is due is sent, read, judged, asked back and paid.

Convention: everything goes through the use cases that the worker, the finance desk and the bank's answers call; only
nobody waits for anybody. What waits for a person is decided (`buyers_answers`), what is due is paid by two people who
do not exist.
"""

from datetime import UTC, date, datetime
from functools import partial
from typing import Final

from billing.server import jobs
from billing.server.sandbox import buyers_answers
from billing.server.sandbox.sample_placements import ToldDay
from billing.server.sandbox.taking_point import TakingPoint
from foundation.database import Database
from foundation.errors import Refused
from invoicing.intake.queue import read_arrived
from invoicing.payment import payment
from invoicing.portal_invoicing.release_due import release_due
from operations import event_loading
from orders.register import store as register_store
from peppol.exchange import outgoing

PREPARER: Final = "sandbox-preparer"
ATTESTER: Final = "sandbox-attester"


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
    jobs.receive_filed(database, today, now)
    release_due(database, now)
    for _ in read_arrived(database, today=today, reader=False):
        pass
    jobs.judge_what_has_come(database, today, now)
    with database.writing() as session:
        jobs.parked_too_long(session, today, now, "")
    buyers_answers.decide(database, today=today)
    _pay(database, today)
    outgoing.deliver_waiting(database.writing, TakingPoint(), now=now)


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
