"""Actions of those who claim: raised by two, demanded, disputed and answered, written off, repaid in parts."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import select

from foundation.money import Money
from invoicing.claims import raising, steps
from invoicing.claims.claim_states import ClaimCause
from invoicing.payment import repayments
from invoicing.payment import tables as payment_tables
from invoicing.verdicts import writing_off
from tests.audit.money.desk import kronor, people, which
from tests.audit.money.expected import OPEN, OWED_AGAIN, STANDING, Bill, Deposit, Note, Owed
from tests.audit.money.paying import Paying
from tests.support.stories.claiming import PAY_TO

DAYS_OF_DEMAND, DAYS_OF_REMINDER = 30, 8


class Claiming(Paying):
    """What suppliers owe us."""

    @precondition(lambda self: self.paid_bills())
    @rule(person=people, place=which)
    def what_was_paid_is_asked_back(self, person: str, place: int) -> None:
        bills = self.paid_bills()
        bill = bills[place % len(bills)]
        done = self.does(
            bill.credited_on is None and bill.claim is None,
            lambda session, _: raising.ask(
                session,
                bill.id,
                cause=ClaimCause.PAID_WRONGLY,
                reason="Av misstag",
                by=person,
                today=self.today,
            ),
        )
        if done is not None:
            bill.claims.append(Owed("", bill.id, bill.payable, bill.net, "ASKED", asked_by=person))

    @precondition(lambda self: self.claims_in("ASKED"))
    @rule(person=people, place=which)
    def another_agrees(self, person: str, place: int) -> None:
        bill, claim = self.some(place, "ASKED")
        done = self.does(
            claim.state == "ASKED" and person != claim.asked_by,
            lambda session, _: raising.confirm(session, claim.number, by=person, today=self.today),
        )
        if done is not None:
            claim.state, bill.asked_back = "RAISED", True

    @precondition(lambda self: self.claims_in("ASKED"))
    @rule(person=people, place=which)
    def nobody_agrees(self, person: str, place: int) -> None:
        _, claim = self.some(place, "ASKED")
        done = self.does(
            claim.state == "ASKED",
            lambda session, _: raising.decline(session, claim.number, by=person, today=self.today),
        )
        if done is not None:
            claim.state = "WITHDRAWN"

    def claims_in(self, *states: str) -> bool:
        """Whether any claim is in these states."""
        return any(claim.state in states for _, claim in self.books.claims())

    def noted_claims(self) -> bool:
        """Whether any claim has a note that waits."""
        return any(claim.note is not None for _, claim in self.books.claims())

    def some(self, place: int, *states: str) -> tuple[Bill, Owed]:
        """Some claim, one in these states four times of five."""
        fit = [each for each in self.books.claims() if each[1].state in states]
        if fit and place % 5:
            return fit[place % len(fit)]
        chosen = self.claim(place)
        assert chosen is not None
        return chosen

    def _under_way(self, bill: Bill, claim: Owed) -> bool:
        """Whether it is being taken off a payment: then nothing is done with it."""
        return not claim.is_ended and self.books.under_way(bill.id)

    @precondition(lambda self: self.claims_in("RAISED", "DEMANDED", "REMINDED"))
    @rule(person=people, place=which)
    def it_is_demanded_or_reminded_of(self, person: str, place: int) -> None:
        bill, claim = self.some(place, *STANDING)
        stands = claim.state in STANDING and not self._under_way(bill, claim)
        is_late = claim.due_on is not None and claim.due_on < self.today
        done = self.does(
            stands and (claim.state == "RAISED" or is_late),
            lambda session, _: steps.demand(
                session, claim.number, by=person, today=self.today, pay_to=PAY_TO
            ),
        )
        if done is not None:
            is_first = claim.state == "RAISED"
            claim.state = "DEMANDED" if is_first else "REMINDED"
            claim.due_on = self.today + timedelta(days=DAYS_OF_DEMAND if is_first else DAYS_OF_REMINDER)
            claim.first_demand_on = claim.first_demand_on or self.today

    @precondition(lambda self: self.claims_in("RAISED", "DEMANDED", "REMINDED"))
    @rule(place=which)
    def the_supplier_disputes_it(self, place: int) -> None:
        """Until the bank has it, also where it lies in a proposal, which then lets go of it."""
        bill, claim = self.some(place, *STANDING)
        with_bank = self.books.live(bill.id, "CREDIT") == "EXPORTED"
        done = self.does(
            claim.state in STANDING and not with_bank,
            lambda session, _: steps.dispute(
                session,
                claim.number,
                supplier=bill.supplier,
                by="user-a",
                words="Vi har levererat.",
                today=self.today,
            ),
        )
        if done is not None:
            claim.before, claim.state = claim.state, "DISPUTED"

    @precondition(lambda self: self.claims_in("DISPUTED"))
    @rule(place=which)
    def the_claim_is_upheld(self, place: int) -> None:
        bill, claim = self.some(place, "DISPUTED")
        done = self.does(
            claim.state == "DISPUTED" and not self._under_way(bill, claim),
            lambda session, _: steps.uphold(
                session, claim.number, by="user-11", words="Nej.", today=self.today
            ),
        )
        if done is not None:
            claim.state, claim.before = claim.before, ""

    @precondition(
        lambda self: self.claims_in("RAISED", "DEMANDED", "REMINDED", "DISPUTED", "WRITE_OFF_ASKED")
    )
    @rule(person=people, place=which)
    def somebody_wants_to_write_it_off(self, person: str, place: int) -> None:
        bill, claim = self.some(place, *OPEN)
        stands = claim.state in (*STANDING, "DISPUTED")
        half = claim.given_back and bill.credited_on is None
        done = self.does(
            stands and not (self._under_way(bill, claim) or claim.note or half),
            lambda session, _: steps.ask_write_off(
                session, claim.number, by=person, reason="Upplöst", today=self.today
            ),
        )
        if done is not None:
            claim.before = f"{claim.state} {claim.before if claim.state == 'DISPUTED' else ''}".strip()
            claim.state, claim.write_off_by = "WRITE_OFF_ASKED", person

    @precondition(lambda self: self.claims_in("WRITE_OFF_ASKED"))
    @rule(person=people, place=which)
    def it_is_kept(self, person: str, place: int) -> None:
        bill, claim = self.some(place, "WRITE_OFF_ASKED")
        done = self.does(
            claim.state == "WRITE_OFF_ASKED" and not self._under_way(bill, claim),
            lambda session, _: steps.keep(session, claim.number, by=person),
        )
        if done is not None:
            claim.state, _, claim.before = claim.before.partition(" ")

    @precondition(lambda self: self.claims_in("WRITE_OFF_ASKED"))
    @rule(person=people, place=which)
    def another_writes_it_off(self, person: str, place: int) -> None:
        """What is credited is given up; what never was is paid for good."""
        bill, claim = self.some(place, "WRITE_OFF_ASKED")
        is_asked = claim.state == "WRITE_OFF_ASKED" and claim.write_off_by != person
        done = self.does(
            is_asked and not (self._under_way(bill, claim) or claim.note),
            lambda session, register: writing_off.write_off(
                session, register, claim.number, by=person, today=self.today
            ),
        )
        if done is None:
            return
        if bill.credited_on is not None:
            self.books.give_back(claim, "WRITTEN_OFF", claim.left, self.today)
        else:
            claim.state, bill.asked_back = "WITHDRAWN", False

    # Repaid ---------------------------------------------------------------------------------------

    def may_be_noted(self, claim: Owed, amount: int | None, on: date) -> bool:
        """Whether what has come may be noted on a claim: it is owed, and nothing of it waits or is under way."""
        bill = self.books.bills[claim.bill]
        paid = bill.paid
        fits = amount is None or 0 < amount <= claim.left + self._interest(claim, on)
        in_time = on <= self.today and (paid is None or paid.on <= on)
        is_free = claim.note is None and not self.books.under_way(bill.id)
        return claim.state in OPEN and fits and in_time and is_free

    def _interest(self, claim: Owed, on: date) -> int:
        """What has grown by the day: twelve percent a year of what was left, thirty days after the demand."""
        if claim.first_demand_on is None:
            return 0
        day, grown = claim.first_demand_on + timedelta(days=DAYS_OF_DEMAND + 1), Decimal(0)
        while day <= on:
            back = [part for part in claim.parts if "INTEREST" not in part[0] and part[2] < day]
            left = claim.amount - sum(-each[1] if each[0] in OWED_AGAIN else each[1] for each in back)
            grown += Decimal(left) * 12 / 100 / 365
            day += timedelta(days=1)
        return int(grown)

    @precondition(
        lambda self: self.claims_in("RAISED", "DEMANDED", "REMINDED", "DISPUTED", "WRITE_OFF_ASKED")
    )
    @rule(person=people, place=which, share=st.sampled_from(["all", "half", "öre", "more"]))
    def somebody_notes_that_it_was_repaid(self, person: str, place: int, share: str) -> None:
        _, claim = self.some(place, *OPEN)
        amount = {"all": None, "half": claim.left // 2, "öre": 1, "more": claim.left + claim.amount}[share]
        reference = self.number()
        done = self.does(
            self.may_be_noted(claim, amount, self.today),
            lambda session, _: repayments.note(
                session,
                claim.bill,
                by=person,
                came_on=self.today,
                reference=reference,
                today=self.today,
                amount=None if amount is None else Money.of(kronor(amount)),
            ),
        )
        if done is not None:
            claim.note = Note(person, amount, self.today)

    def noted(self, place: int) -> tuple[Bill, Owed]:
        """Some claim, one with a note four times of five."""
        fit = [each for each in self.books.claims() if each[1].note is not None]
        if fit and place % 5:
            return fit[place % len(fit)]
        return self.some(place)

    @precondition(lambda self: self.noted_claims())
    @rule(person=people, place=which)
    def another_confirms_that_it_was_repaid(self, person: str, place: int) -> None:
        _, claim = self.noted(place)
        note = claim.note
        done = self.does(
            note is not None and note.by != person,
            lambda session, _: repayments.confirm(session, claim.bill, by=person),
        )
        if done is None or note is None:
            return
        came = claim.left if note.amount is None else note.amount
        part = min(came, claim.left)
        if came > part:
            self.books.give_back(claim, "INTEREST", came - part, note.came_on)
        claim.note = None
        claim.confirmed.append(Deposit(note.came_on, part, came - part))
        self.books.give_back(claim, "REPAID", part, note.came_on)

    @precondition(lambda self: self.noted_claims())
    @rule(person=people, place=which)
    def the_note_is_taken_back(self, person: str, place: int) -> None:
        _, claim = self.noted(place)
        done = self.does(
            claim.note is not None,
            lambda session, _: repayments.take_back(session, claim.bill, by=person, reason="Annat"),
        )
        if done is not None:
            claim.note = None

    # Taken back by the bank after it was confirmed ------------------------------------------------

    def deposits_confirmed(self) -> list[tuple[Owed, Deposit]]:
        """What has come and was not taken back."""
        return [
            (claim, each)
            for _, claim in self.books.claims()
            for each in claim.confirmed
            if not each.is_undone
        ]

    def _note_of(self, claim: Owed, deposit: Deposit) -> int:
        """The product's number of a note: those of an invoice that were confirmed, in the order of their confirming."""
        note = payment_tables.repayment_note.c
        with self.system.database.reading() as session:
            ids = list(
                session.scalars(
                    select(note.id)
                    .where(
                        note.invoice_id == claim.bill, note.state.in_(("CONFIRMED", "UNDO_ASKED", "UNDONE"))
                    )
                    .order_by(note.id)
                )
            )
        of_bill = [each for owed in self.books.bills[claim.bill].claims for each in owed.confirmed]
        return int(ids[[each is deposit for each in of_bill].index(True)])

    @precondition(lambda self: self.deposits_confirmed())
    @rule(person=people, place=which)
    def somebody_says_that_the_bank_took_a_deposit_back(self, person: str, place: int) -> None:
        found = self.deposits_confirmed()
        claim, deposit = found[place % len(found)]
        number = self._note_of(claim, deposit)
        done = self.does(
            deposit.asked is None,
            lambda session, _: repayments.ask_undo(
                session,
                claim.bill,
                number,
                by=person,
                undone_on=self.today,
                reason="Banken ringde",
                today=self.today,
            ),
        )
        if done is not None:
            deposit.asked = (self.today, person)

    @precondition(lambda self: self.deposits_confirmed())
    @rule(person=people, place=which, stands=st.sampled_from([False, False, True]))
    def another_says_whether_it_did(self, person: str, place: int, stands: bool) -> None:
        """What the deposit gave back is owed again, on two people's word."""
        asked = [each for each in self.deposits_confirmed() if each[1].asked is not None]
        found = asked if asked and place % 5 else self.deposits_confirmed()
        claim, deposit = found[place % len(found)]
        number = self._note_of(claim, deposit)
        if stands:
            done = self.does(
                deposit.asked is not None,
                lambda session, _: repayments.refuse_undo(session, claim.bill, number, by=person),
            )
        else:
            done = self.does(
                deposit.asked is not None and deposit.asked[1] != person,
                lambda session, _: repayments.confirm_undo(session, claim.bill, number, by=person),
            )
        if done is None or deposit.asked is None:
            return
        (on, _), deposit.asked = deposit.asked, None
        if not stands:
            deposit.is_undone = True
            self.books.give_back(claim, "REPAYMENT_RETURNED", deposit.part, on)
            if deposit.interest:
                self.books.give_back(claim, "INTEREST_RETURNED", deposit.interest, on)

    @precondition(lambda self: self.claim(0))
    @rule(person=people, place=which, step=st.integers(0, 9))
    def something_is_pressed_out_of_turn(self, person: str, place: int, step: int) -> None:
        """Any step with any claim, whatever its state."""
        place -= place % 5
        steps_there_are = (
            lambda: self.another_agrees(person, place),
            lambda: self.nobody_agrees(person, place),
            lambda: self.it_is_demanded_or_reminded_of(person, place),
            lambda: self.the_supplier_disputes_it(place),
            lambda: self.the_claim_is_upheld(place),
            lambda: self.somebody_wants_to_write_it_off(person, place),
            lambda: self.it_is_kept(person, place),
            lambda: self.another_writes_it_off(person, place),
            lambda: self.somebody_notes_that_it_was_repaid(person, place, "half"),
            lambda: self.another_confirms_that_it_was_repaid(person, place),
        )
        steps_there_are[step]()
