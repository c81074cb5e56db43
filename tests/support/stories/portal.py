"""A supplier at the portal, in the words of the trade, for stories that need no browser."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from invoicing.portal_invoicing import portal_document_store, release
from invoicing.portal_invoicing import sending as portal_sending
from invoicing.portal_invoicing.portal_document_store import Made, PressRow
from invoicing.portal_invoicing.release_due import release_due
from invoicing.portal_invoicing.scope import SupplierActor
from invoicing.portal_invoicing.sending import Press
from orders.register import store as register_store
from orders.register.unit_scope import UnitScope
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import FYRBAKEN, System


def key() -> str:
    """A new form's key."""
    return uuid.uuid4().hex


@dataclass
class Desk:
    """One person of a supplier's, with a clock of its own."""

    system: System
    supplier: str = FYRBAKEN
    within: UnitScope | None = None
    now: datetime = field(default=CLOCK)

    @property
    def actor(self) -> SupplierActor:
        return SupplierActor(self.supplier, self.within, by="user-17")

    @property
    def today(self) -> date:
        return self.now.date()

    def send(self, *lines: tuple[str, str], form: str = "") -> list[PressRow]:
        """Press once to send the invoices of these lines."""
        with self.system.database.writing() as session:
            register = register_store.load(session)
            press = Press(self.actor, form or key(), self.now)
            return portal_sending.send_lines(session, register, press, lines)

    def made(self, *lines: tuple[str, str]) -> Made:
        """The one document a press made."""
        (row,) = self.send(*lines)
        (made,) = row.made
        return made

    def credit(
        self, invoice_id: int, *, new_invoice: bool = True, only_expected: bool = False, form: str = ""
    ) -> PressRow:
        """Press once to credit an invoice, and to send a new one, or to credit what the buyer expects alone."""
        with self.system.database.writing() as session:
            register = register_store.load(session)
            press = Press(self.actor, form or key(), self.now)
            (row,) = portal_sending.send_credit(
                session, register, press, invoice_id, new_invoice=new_invoice, only_expected=only_expected
            )
            return row

    def undo(self, bundle: int) -> Sequence[Made]:
        """Press undo."""
        with self.system.database.writing() as session:
            return release.undo(session, self.actor, bundle)

    def wait(self, minutes: int = 11) -> int:
        """Time goes by and the job does its round; how many documents left."""
        self.now += timedelta(minutes=minutes)
        return release_due(self.system.database, self.now)

    def stands(self, made: Made) -> Made:
        """How a document stands now."""
        with self.system.database.reading() as session:
            found = portal_document_store.by_id(session, self.actor, made.id)
        assert found is not None
        return found
