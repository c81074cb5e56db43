"""Actions that are several in a row, as people work: a payment all the way, a claim in parts, a month's end.

Each is made of the actions beside, and may stop where one of them is refused; what comes after begins further on.
"""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from bookkeeping.month_closing import ClosingStep
from invoicing.payment.bank_answers.transfer_note_store import TransferSaid
from invoicing.payment.payment_stops import StopStep
from tests.audit.money.banking import NOTICE, STATEMENT
from tests.audit.money.desk import OFFICER, SUPPLIERS, people, which
from tests.audit.money.ledger import Keeping

BEGINNINGS = (
    *("due", "sent", "owed", "half repaid", "repaid in two", "set off", "owed again", "noted", "asked back"),
    *("booked", "closed", "to be opened", "late", "to be lifted", "told"),
)


class WorkingThrough(Keeping):
    """The beginnings, and the rows of actions."""

    @initialize(begun=st.sampled_from(BEGINNINGS))
    def the_work_has_come_so_far(self, begun: str) -> None:
        if begun not in ("due", "sent", "asked back", "late", "to be lifted", "told"):
            for place in (0, 4):
                self.two_people_pay_by_hand_or_one_tries(OFFICER, "user-12", place)
                self.a_credit_note_comes(place)
        match begun:
            case "sent":
                self.a_payment_goes_its_way(0, booked=False)
            case "set off":
                self.a_payment_goes_its_way(0, booked=True)
            case "half repaid":
                self.a_part_is_repaid(OFFICER, "user-12", 1, "half")
            case "repaid in two":
                for share in ("half", "all"):
                    self.a_part_is_repaid(OFFICER, "user-12", 1, share)
            case "owed again":
                self.a_part_is_repaid(OFFICER, "user-12", 1, "half")
                self.a_payment_goes_its_way(0, booked=True)
                self.a_deposit_is_taken_back_by_two(OFFICER, "user-12", 0)
            case "late":
                self.a_payment_goes_its_way(0, booked=False)
                self.a_month_end_is_worked_through("2026-05", OFFICER, "user-12", "closed")
                self.a_closed_month_is_asked_to_be_opened(OFFICER)
                self.the_bank_books_a_payment(0, STATEMENT, -31)
            case "noted":
                self.somebody_notes_that_it_was_repaid(OFFICER, 1, "half")
            case "asked back":
                self.two_people_pay_by_hand_or_one_tries(OFFICER, "user-12", 0)
                self.what_was_paid_is_asked_back(OFFICER, 0)
                self.another_agrees("user-12", 1)
            case "booked":
                self.what_has_happened_is_booked()
                self.a_month_is_accrued("2026-04")
            case "closed" | "to be opened":
                self.a_month_end_is_worked_through("2026-04", OFFICER, "user-12", "closed")
                if begun == "to be opened":
                    self.a_closed_month_is_asked_to_be_opened(OFFICER)
            case "to be lifted":
                self.a_stop_is_confirmed_and_asked_lifted(OFFICER, "user-12", SUPPLIERS[0])
            case "told":
                self.a_register_outside_tells_something(SUPPLIERS[0], "F_TAX", bad=True)

    @rule(place=which, booked=st.booleans())
    def a_payment_goes_its_way(self, place: int, booked: bool) -> None:
        """Proposed, attested, sent, and perhaps booked by the bank."""
        before = set(self.books.transfers)
        self.a_payment_is_proposed(OFFICER, 0)
        for number in range(len(self.books.proposals)):
            if self.open_proposal(number) is not None:
                self.the_file_for_the_bank_is_made(number, again=True)
        new = [each for each in self.books.transfers if each not in before]
        for number in range(len(new) if booked else 0):
            self.the_bank_books_a_payment(number, NOTICE if place % 2 else STATEMENT, 0)

    @precondition(lambda self: self.claims_in("RAISED", "DEMANDED", "REMINDED", "DISPUTED"))
    @rule(one=people, other=people, place=which, share=st.sampled_from(["half", "öre", "all"]))
    def a_part_is_repaid(self, one: str, other: str, place: int, share: str) -> None:
        """Noted by one and confirmed by another."""
        self.somebody_notes_that_it_was_repaid(one, place, share)
        if self.noted_claims():
            self.another_confirms_that_it_was_repaid(other, 1)

    @precondition(lambda self: self._noted(0)[0])
    @rule(one=people, other=people, place=which)
    def a_payment_comes_back_by_two(self, one: str, other: str, place: int) -> None:
        """Said by one and confirmed by another."""
        self.somebody_says_what_the_bank_did(place, one, TransferSaid.RETURNED, 0)
        if self.waiting_notes():
            self.another_confirms_it(1, other)

    @precondition(lambda self: self.paid_bills())
    @rule(one=people, other=people, place=which)
    def what_was_paid_is_claimed_by_two(self, one: str, other: str, place: int) -> None:
        """Asked by one and agreed to by another."""
        self.what_was_paid_is_asked_back(one, place)
        if self.claims_in("ASKED"):
            self.another_agrees(other, 1)

    @precondition(lambda self: self.deposits_confirmed())
    @rule(one=people, other=people, place=which)
    def a_deposit_is_taken_back_by_two(self, one: str, other: str, place: int) -> None:
        """Said by one and confirmed by another."""
        self.somebody_says_that_the_bank_took_a_deposit_back(one, place)
        self.another_says_whether_it_did(other, 1, stands=False)

    @rule(one=people, other=people, supplier=st.sampled_from(SUPPLIERS))
    def a_stop_is_confirmed_and_asked_lifted(self, one: str, other: str, supplier: str) -> None:
        """It holds until another has agreed to lift it."""
        self.a_supplier_is_stopped(one, supplier)
        place = list(self.books.stops).index(supplier)
        for step in (StopStep.CONFIRM, StopStep.ASK_LIFT):
            self.something_is_done_about_a_stop(other, place, step)

    @precondition(lambda self: self.books.closed_to is not None)
    @rule(person=people)
    def a_closed_month_is_asked_to_be_opened(self, person: str) -> None:
        """It is closed until another has agreed."""
        for place in range(len(self.books.closings)):
            self.something_is_done_about_a_closing(place, person, ClosingStep.ASK_REOPEN)
