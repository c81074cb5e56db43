"""Half a year of two placements in which everything happens to invoices that can: what statements are tried with."""

from collections.abc import Iterator
from datetime import date

from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from tests.support.stories.bills import billed
from tests.support.stories.paying import PayDesk, notice
from tests.support.stories.system import LARKDRILLEN, System, outcome

REFERENCE, SECOND = "100000101", "100000102"


def months_of_work(system: System) -> Iterator[date]:
    """A story where everything happens that can; each day it gives is one when something changed."""
    system.decide(REFERENCE)
    system.decide(SECOND, supplier=LARKDRILLEN)
    yield date(2026, 1, 1)
    for reference in (REFERENCE, SECOND):
        system.report(reference, "2026-01", on=date(2026, 2, 2))
    yield date(2026, 2, 2)
    number = system.order(REFERENCE).number
    right = system.flip(number, number="F-2", on=date(2026, 2, 10))
    wrong = billed(system.flip(number, number="F-1", on=date(2026, 2, 3)), days="22")
    sent = system.send(wrong)
    system.send_invoice(system.order(SECOND).number, number="F-1", on=date(2026, 2, 3))
    yield date(2026, 2, 3)
    system.ask_credit(sent, on=date(2026, 2, 4))
    yield date(2026, 2, 4)
    system.send(flipping.credit_note_of(wrong, given=Numbered("K-1", date(2026, 2, 9))))
    yield date(2026, 2, 9)
    system.send(right)
    yield date(2026, 2, 10)
    system.pay(on=date(2026, 3, 5))
    yield date(2026, 3, 5)
    system.pay(on=date(2026, 3, 12))
    yield date(2026, 3, 12)
    system.report(REFERENCE, "2026-03", on=date(2026, 3, 13))
    system.interrupt(REFERENCE, on=date(2026, 3, 13), last_day=date(2026, 3, 17))
    yield date(2026, 3, 13)
    system.send(flipping.credit_note_of(right, given=Numbered("K-2", date(2026, 3, 16))))
    yield date(2026, 3, 16)
    system.send_invoice(number, "003", number="F-3", on=date(2026, 3, 18))
    system.send_invoice(number, "001", number="F-4", on=date(2026, 3, 18))
    yield date(2026, 3, 18)
    desk = PayDesk(system)
    desk.give_right()
    proposal = desk.propose(on=date(2026, 4, 17))
    desk.attest(proposal)
    plan = desk.export(proposal)
    paid = [(each.end_to_end, str(each.amount.amount)) for each in plan.transfers]
    desk.bank_says(notice(*paid, day="2026-04-17"), on=date(2026, 4, 17))
    yield date(2026, 4, 17)
    system.must("outcome.approved", outcome(REFERENCE, started_on=date(2026, 3, 18)), on=date(2026, 7, 1))
    yield date(2026, 7, 1)
