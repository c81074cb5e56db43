"""An interruption that is told too late: kept aside, shown with what it would change, applied by a person alone.

The day of an interruption is compared with the day we were told, which is the day its event came, and never with
the time it says it has or the day it says it was registered: a sender's own dates could otherwise reach back into
months that are paid (REQ-14). History that somebody loads as such is told on its own days. How many days back are
taken stands in the price list.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from foundation.formatting import number, quantity_in_words
from foundation.money import Quantity
from foundation.sql import Session
from foundation.text import JoinedText, Text
from foundation.transitions import StepRefused
from orders.events.data import InterruptionMoved, InterruptionRegistered
from orders.model import Interruption, Placement, days_received
from orders.placements import store as placement_store
from orders.purchase_orders import line_store, order_store
from orders.register.register import Register
from orders.terms import ArticleKind, InterruptionReason


class ToldTooLate(StepRefused):
    """The interruption took effect before the days that are taken back: it is for a person to decide."""


@dataclass(frozen=True, slots=True)
class ReceiptCut:
    """A received order line that an interruption would cut, and whether an invoice stands on it."""

    order_number: str
    line_id: str
    before: Quantity
    after: Quantity
    invoiced: bool

    @property
    def sentence(self) -> Text:
        """What would change on the line."""
        said = Text(
            "order %(order_number)s rad %(line_id)s: %(before)s blir %(after)s",
            order_number=self.order_number,
            line_id=self.line_id,
            before=quantity_in_words(self.before),
            after=number(self.after.value),
        )
        return Text("%(said)s (fakturerad)", said=said) if self.invoiced else said


def earliest_day(register: Register, placement: Placement, *, told_on: date) -> date:
    """The earliest day an interruption that is told that day may take effect without a person."""
    rules = register.placement_rules(placement.contract_id, placement.periods[0].decided_on)
    return told_on - timedelta(days=rules.interruption_days_back)


def check_told_in_time(
    session: Session, register: Register, placement: Placement, *, effective_on: date, told_on: date
) -> None:
    """Raise ToldTooLate, with what would change, where the day lies further back than is taken."""
    earliest = earliest_day(register, placement, told_on=told_on)
    if effective_on >= earliest:
        return
    cuts = receipts_cut(session, placement, effective_on)
    raise ToldTooLate(
        Text(
            "Avbrottet kan inte gälla bakåt i tiden av sig självt: det gäller %(effective_on)s, vi fick veta det "
            "%(told_on)s, och tidigast tas %(earliest)s. Det ligger åt sidan. %(change)s Verkställ det för "
            "hand, lägg det till handlingarna, eller be om ett avbrott från och med i dag.",
            effective_on=effective_on,
            told_on=told_on,
            earliest=earliest,
            change=_change(cuts),
        ),
    )


def receipts_cut(session: Session, placement: Placement, effective_on: date) -> list[ReceiptCut]:
    """The received lines that would hold fewer days if the placement ended on `effective_on`."""
    # The reason counts for nothing here: only the day cuts.
    ended = replace(placement, interruption=Interruption(effective_on, effective_on, InterruptionReason("")))
    cuts = []
    for order in order_store.of_placement(session, placement.execution_reference, ArticleKind.BASIC):
        for line in order.lines:
            account = line_store.account(session, order.number, line.line_id)
            if account is None or account.receipt_id is None:
                continue
            before = Quantity(account.quantity_received, line.quantity.unit)
            after = days_received(
                line.period,
                ordered=line.quantity,
                last_day=ended.last_day_for(line.period),
                rule=order.day_rule,
                absences=ended.absences,
            )
            if after != before:
                invoiced = account.invoice_id is not None
                cuts.append(ReceiptCut(order.number, line.line_id, before, after, invoiced))
    return cuts


def would_change(
    session: Session,
    register: Register,
    told: InterruptionRegistered | InterruptionMoved,
    *,
    told_on: date,
) -> list[ReceiptCut] | None:
    """What a late interruption would change as the books stand now; None where it is not late or unknown."""
    placement = placement_store.find(session, told.execution_reference)
    if placement is None or told.effective_on >= earliest_day(register, placement, told_on=told_on):
        return None
    return receipts_cut(session, placement, told.effective_on)


def _change(cuts: Sequence[ReceiptCut]) -> Text:
    if not cuts:
        return Text("Inget som är inlevererat skulle ändras.")
    return Text("Det skulle ändra %(cuts)s.", cuts=JoinedText("; ", (cut.sentence for cut in cuts)))
