"""Actions of those who keep the ledger: booking, the ledger's answers, accruals, closing a month and opening it."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bookkeeping import booking, ledger_answers, month_closing
from bookkeeping.booking import Run
from bookkeeping.month_closing import ClosingStep
from foundation.periods import Month
from tests.audit.money.banking import Banking
from tests.audit.money.desk import ACCOUNTS, people, vouchers, which
from tests.audit.money.expected import ACCRUED, COST, Closing, last_of

MONTHS = ("2026-03", "2026-04", "2026-05", "2026-06")
months = st.sampled_from(MONTHS)
_HEAD = "voucher;outcome;ledger_number;day;message\n"


class Keeping(Banking):
    """What happened becomes vouchers."""

    def _booked(self) -> None:
        with self.system.database.reading() as session:
            for number, (_, key) in vouchers(session).items():
                self.books.vouchers_on.setdefault(number, key[1])

    @rule()
    def what_has_happened_is_booked(self) -> None:
        waiting = self.books.to_book()
        run = self.does(
            bool(waiting),
            lambda session, register: booking.book(
                session, register, ACCOUNTS, today=self.today, by="user-11", now=self.now
            ),
        )
        if isinstance(run, Run):
            assert len(run.vouchers) == waiting.total()
            self.books.booked += waiting
            self.books.happened.clear()
            self._booked()

    @rule(month=months)
    def a_month_is_accrued(self, month: str) -> None:
        closed_to, last = self.books.closed_to, last_of(month)
        is_open = closed_to is None or closed_to < last
        amount = self.books.accruing(month)
        run = self.does(
            last < self.today and month not in self.books.accrued and is_open and amount > 0,
            lambda session, register: booking.book_accrual(
                session,
                register,
                ACCOUNTS,
                Month.parse(month),
                closing=self.today,
                today=self.today,
                by="user-11",
                now=self.now,
            ),
        )
        if run is not None:
            rows = tuple(sorted({COST: amount, ACCRUED: -amount}.items()))
            back = tuple((account, -each) for account, each in rows)
            self.books.booked += Counter(
                [("ACCRUAL", last, None, rows), ("ACCRUAL_BACK", last + timedelta(days=1), None, back)]
            )
            self.books.accrued.add(month)
            self._booked()

    # Closing --------------------------------------------------------------------------------------

    def _may_be_closed(self, month: str) -> bool:
        """The month is over, those before it are closed, and all of it is booked, accrued and taken by the ledger."""
        last, closed_to = last_of(month), self.books.closed_to
        earlier = {
            on.isoformat()[:7]
            for _, on, _, _ in self.books.booked
            if closed_to is not None and closed_to < on < date(last.year, last.month, 1)
        }
        unbooked = any(on <= last for _, on, _, _ in self.books.to_book())
        accrued = month in self.books.accrued or not self.books.accruing(month)
        words = [
            told[-1][0]
            for number, told in self.books.answers.items()
            if self.books.vouchers_on[number] <= last
        ]
        answered = not {"REFUSED", "SENT_AGAIN"} & set(words)
        return last < self.today and not (earlier or unbooked) and accrued and answered

    @rule(month=months, person=people)
    def a_month_is_proposed_closed(self, month: str, person: str) -> None:
        closed_to, standing = self.books.closed_to, self.books.closings.get(month)
        is_open = standing is None and (closed_to is None or closed_to < last_of(month))
        done = self.does(
            is_open and self._may_be_closed(month),
            lambda session, _: month_closing.ask(
                session,
                ACCOUNTS,
                Month.parse(month),
                reason="Genomgånget",
                by=person,
                today=self.today,
                now=self.now,
            ),
        )
        if done is not None:
            self.books.closings[month] = Closing("ASKED", person)

    @rule(
        month=months,
        one=people,
        other=people,
        until=st.sampled_from(["accrued", "proposed", "closed", "closed"]),
    )
    def a_month_end_is_worked_through(self, month: str, one: str, other: str, until: str) -> None:
        """What people do at a month's end, step by step, as far as they come."""
        while self.today <= last_of(month):
            self.days_go_by(12)
        self.what_has_happened_is_booked()
        self.a_month_is_accrued(month)
        if until != "accrued":
            self.a_month_is_proposed_closed(month, one)
        if until == "closed" and month in self.books.closings:
            self._step(month, other, ClosingStep.CLOSE)

    @precondition(lambda self: self.books.closings)
    @rule(place=which, person=people, what=st.sampled_from([ClosingStep.CLOSE, *ClosingStep]))
    def something_is_done_about_a_closing(self, place: int, person: str, what: ClosingStep) -> None:
        self._step(list(self.books.closings)[place % len(self.books.closings)], person, what)

    def _step(self, month: str, person: str, what: ClosingStep) -> None:
        closing, closed_to = self.books.closings[month], self.books.closed_to
        is_last = closed_to is None or closed_to <= last_of(month)
        asked = closing.state == "ASKED"
        to_open = closing.state == "REOPEN_ASKED"
        allowed, to = {
            ClosingStep.CLOSE: (
                asked and person != closing.asked_by and self._may_be_closed(month),
                "CLOSED",
            ),
            ClosingStep.REFUSE: (asked, ""),
            ClosingStep.ASK_REOPEN: (closing.state == "CLOSED" and is_last, "REOPEN_ASKED"),
            ClosingStep.REOPEN: (to_open and person != closing.reopen_by and is_last, ""),
            ClosingStep.KEEP: (to_open, "CLOSED"),
        }[what]
        done = self.does(
            allowed,
            lambda session, _: month_closing.step(
                session,
                ACCOUNTS,
                Month.parse(month),
                what,
                reason="En sak till",
                by=person,
                today=self.today,
                now=self.now,
            ),
        )
        if done is None:
            return
        closing.state = to
        closing.reopen_by = person if to == "REOPEN_ASKED" else ""
        if not to:
            del self.books.closings[month]

    # The ledger answers -----------------------------------------------------------------------------

    @precondition(lambda self: self.books.vouchers_on)
    @rule(place=which, booked=st.booleans())
    def the_ledger_answers(self, place: int, booked: bool) -> None:
        """Nothing takes back what is booked; what was said before is one answer, unless it was sent again since."""
        number, told = self._voucher(place)
        outcome = "BOOKED" if booked else "REFUSED"
        last = _word(told)
        sent_again = last == "SENT_AGAIN" and told[-1][1] <= self.today
        is_new = (outcome, self.today) not in told or sent_again
        words = f"A {number};{self.today};" if booked else f";{self.today};Kontot är spärrat"
        body = f"{_HEAD}{number};{outcome};{words}\n".encode()
        done = self.does(
            not (is_new and last == "BOOKED" and not booked),
            lambda session, _: ledger_answers.take_in(session, body, by="user-11", now=self.now),
        )
        if done is not None and is_new and last != "BOOKED":
            self.books.answers.setdefault(number, []).append((outcome, self.today))
        elif done is not None and is_new and booked:
            self.books.answers[number].append((outcome, self.today))

    def _voucher(self, place: int) -> tuple[str, list[tuple[str, date]]]:
        numbers = list(self.books.vouchers_on)
        number = numbers[place % len(numbers)]
        return number, self.books.answers.get(number, [])

    @rule()
    def what_the_ledger_refused_is_sent_again(self) -> None:
        refused = [number for number, told in self.books.answers.items() if told[-1][0] == "REFUSED"]
        done = self.does(
            bool(refused),
            lambda session, register: ledger_answers.send_again(
                session, register, ACCOUNTS, today=self.today, by="user-11", now=self.now
            ),
        )
        if done is not None:
            for number in refused:
                self.books.answers[number].append(("SENT_AGAIN", self.today))

    @precondition(lambda self: self.books.vouchers_on)
    @rule(place=which)
    def a_person_notes_what_the_ledger_has_booked(self, place: int) -> None:
        number, told = self._voucher(place)
        done = self.does(
            _word(told) != "BOOKED",
            lambda session, _: ledger_answers.note_booked(
                session,
                number,
                ledger_number=f"A {number}",
                reason="För hand",
                today=self.today,
                by="user-11",
                now=self.now,
            ),
        )
        if done is not None:
            self.books.answers.setdefault(number, []).append(("BOOKED by hand", self.today))


def _word(told: list[tuple[str, date]]) -> str:
    """The last word about a voucher, whoever it is by."""
    return told[-1][0].partition(" ")[0] if told else ""
