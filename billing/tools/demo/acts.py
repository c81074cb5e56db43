"""What else people do in the demo: a supplier objects; officers answer, apply, lay aside, read and net.

Each act has its day and is done through the use case that its page and its command call.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from billing.tools.demo.told import Told
from foundation.database import Database
from foundation.sql import Session
from invoicing.payment import payment, payment_store
from invoicing.payment.payment_store import ClaimWay
from invoicing.responses import objections
from operations import event_loading
from orders.events import store as event_store
from orders.events.store import EventState
from orders.model import Order
from orders.objections import objecting
from orders.objections import store as objection_store
from orders.objections.model import AnswerReason, ObjectionPoint, ObjectionReason, ObjectionState
from orders.placements.informative import informative_reports, informative_store
from orders.placements.informative.informative_store import InformativeState
from orders.purchase_orders import order_store
from orders.register import store as register_store
from orders.terms import ArticleKind


class Object(Told):
    """A supplier objects in the portal to its order of a reference, or to a line of it."""

    does: Literal["object"]
    on: date
    execution_reference: str
    line: str = ""
    reason: ObjectionReason
    by: str

    def do(self, session: Session) -> None:
        """Press the button of the order's page."""
        point = ObjectionPoint(self.line, self.reason)
        order = _basic_order(session, self.execution_reference)
        objecting.press(session, order, (point,), by=self.by, today=self.on)


class Answer(Told):
    """An officer answers the objection that waits for the order of a reference."""

    does: Literal["answer"]
    on: date
    execution_reference: str
    to: ObjectionState
    reason: AnswerReason
    by: str

    def do(self, session: Session) -> None:
        """Answer it."""
        found = objection_store.open_of(session, _basic_order(session, self.execution_reference).number)
        assert found is not None  # noqa: S101 - the story has objected before
        objections.answer(
            session, register_store.load(session), found, self.to, self.reason, by=self.by, today=self.on
        )


class Settle(Told):
    """An officer applies an event that was told too late, or lays it aside for good."""

    does: Literal["apply", "lay_aside"]
    on: date
    event: str
    by: str

    def do(self, session: Session) -> None:
        """Apply it or lay it aside."""
        (sequence,) = [
            each.sequence
            for each in event_store.in_state(session, EventState.UNAPPLIABLE)
            if each.event_id == self.event
        ]
        if self.does == "apply":
            event_loading.apply_by_hand(session, sequence, by=self.by, today=self.on)
        else:
            event_loading.lay_aside(session, sequence, by=self.by)


class Read(Told):
    """An officer reads what was told of a placement beside the months."""

    does: Literal["read"]
    on: date
    execution_reference: str
    by: str

    def do(self, session: Session) -> None:
        """Read all that waits."""
        for each in informative_store.of_placement(session, self.execution_reference):
            if each.state is InformativeState.UNREAD:
                informative_reports.read(session, each.id, by=self.by, today=self.on)


class Net(Told):
    """Two people note that what a supplier owes for an invoice was taken off what it is paid."""

    does: Literal["net"]
    on: date
    invoice: str
    supplier: str
    prepared_by: str
    attested_by: str

    def do(self, session: Session) -> None:
        """Settle the claim."""
        for claim in payment_store.claims(session):
            if (claim.supplier, claim.invoice_number) == (self.supplier, self.invoice):
                payment.settle_claim(
                    session,
                    claim,
                    how=ClaimWay.NETTED,
                    first_by=self.prepared_by,
                    second_by=self.attested_by,
                    on=self.on,
                )


Act = Annotated[Object | Answer | Settle | Read | Net, Field(discriminator="does")]


def do_all(database: Database, acts: Iterable[Act]) -> None:
    """Do the acts of a day, each in a transaction of its own."""
    for act in acts:
        with database.writing() as session:
            act.do(session)


def _basic_order(session: Session, reference: str) -> Order:
    return order_store.of_placement(session, reference, ArticleKind.BASIC)[0]
