"""What the ledger answers: booked under its number, or refused with a reason that a person does something about."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookkeeping import booking, ledger_answer_store, ledger_answers, month_closing
from bookkeeping.booking import Run
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.ledger_answer_effects import EFFECTS, Effect, LedgerStep
from bookkeeping.ledger_answer_store import LedgerAnswer, LedgerOutcome
from bookkeeping.ledger_answers import AnswersRefused, Read
from bookkeeping.month_closing import ClosingRefused
from foundation.periods import Month
from invoicing.payment import export_store
from orders.register import store as register_store
from tests.support.stories.paying import NOW, OFFICER
from tests.support.stories.system import System, a_system

REFERENCE = "100000101"
SETTINGS = LedgerAccounts()
HEAD = "voucher;outcome;ledger_number;day;message\n"
BOOKED = HEAD + "50000001;BOOKED;A 4711;2026-03-06;\n"
SPLIT = BOOKED + "50000002;REFUSED;;2026-03-06;Konto 1921 är spärrat\n"
REFUSED = HEAD + "50000002;REFUSED;;2026-03-06;Konto 1921 är spärrat\n"
SENT = date(2026, 3, 9)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        document = system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
        system.pay(on=document.pays_on)
        book(system, on=date(2026, 3, 5))
        yield system


def book(system: System, *, on: date) -> Run:
    with system.database.writing() as session:
        return booking.book(session, register_store.load(session), SETTINGS, today=on, by=OFFICER, now=NOW)


def take_in(system: System, text: str) -> Read:
    with system.database.writing() as session:
        return ledger_answers.take_in(session, text.encode(), by=OFFICER, now=NOW)


def refused(system: System) -> list[tuple[str, str]]:
    with system.database.reading() as session:
        return [(each.number, each.last.said) for each in ledger_answer_store.refused(session)]


def unanswered(system: System) -> list[tuple[str, date | None]]:
    with system.database.reading() as session:
        found = ledger_answer_store.unanswered(session)
        assert ledger_answer_store.without_answer(session) == len(found)
        paged = [*ledger_answer_store.unanswered(session, limit=1)]
        paged += ledger_answer_store.unanswered(session, limit=9, offset=1)
        assert paged == found
        return [(each.number, each.sent_again_on) for each in found]


def history(system: System, number: str) -> list[LedgerAnswer]:
    with system.database.reading() as session:
        return ledger_answer_store.told(session, [number]).get(number, [])


def note(
    system: System, number: str, *, ledger_number: str = "A 4713", reason: str = "Bokförd för hand."
) -> None:
    with system.database.writing() as session:
        ledger_answers.note_booked(
            session,
            number,
            ledger_number=ledger_number,
            reason=reason,
            today=date(2026, 3, 9),
            by=OFFICER,
            now=NOW,
        )


def send_again(system: System) -> str:
    with system.database.writing() as session:
        about = ledger_answers.send_again(
            session, register_store.load(session), SETTINGS, today=SENT, by=OFFICER, now=NOW
        )
        (file,) = export_store.about(session, *about)
        return export_store.named(session, file.id)[1].decode("cp437")


@pytest.mark.both_engines
def test_what_is_refused_is_seen_sent_again_and_booked_at_last(system: System) -> None:
    assert take_in(system, SPLIT) == Read(booked=1, refused=1)
    assert take_in(system, SPLIT).repeated
    assert refused(system) == [("50000002", "Konto 1921 är spärrat")]
    again = send_again(system)
    # The same voucher with its number and rows, and no other.
    assert [line for line in again.split("\r\n") if line.startswith("#VER")] == [
        '#VER "R" 50000002 20260305 "Betalning 10000001 faktura F-1"'
    ]
    assert refused(system) == []
    with pytest.raises(AnswersRefused, match="No voucher is refused"):
        send_again(system)
    assert take_in(system, HEAD + "50000002;REFUSED;;2026-03-10;Perioden är stängd\n").refused == 1
    assert take_in(system, HEAD + "50000002;BOOKED;A 4712;2026-03-11;\n").booked == 1
    assert refused(system) == []


def test_a_refused_voucher_is_noted_as_booked_by_hand_with_its_number_and_how(system: System) -> None:
    take_in(system, SPLIT)
    for wrong in ({"ledger_number": " "}, {"reason": ""}):
        with pytest.raises(AnswersRefused, match="Write the number"):
            note(system, "50000002", **wrong)
    with pytest.raises(AnswersRefused, match="50000001 is booked in the ledger already as A 4711"):
        note(system, "50000001")
    with pytest.raises(AnswersRefused, match="59999999 is not here"):
        note(system, "59999999")
    note(system, "50000002")
    assert refused(system) == []


@pytest.mark.both_engines
def test_what_was_sent_again_and_never_answered_is_seen_first_and_noted_when_it_is_known(
    system: System,
) -> None:
    take_in(system, REFUSED)
    assert unanswered(system) == [("50000001", None)]
    send_again(system)
    assert unanswered(system) == [("50000002", SENT), ("50000001", None)]
    note(system, "50000002")
    assert unanswered(system) == [("50000001", None)]
    # A ledger that never answers is no worse off: what is known of it is noted too.
    note(system, "50000001")
    assert unanswered(system) == []


@pytest.mark.parametrize(
    ("day", "is_new"), [("2026-03-08", False), ("2026-03-09", True), ("2026-03-10", True)]
)
def test_a_second_refusal_in_the_words_of_the_first_is_seen_and_an_old_file_read_again_is_not_one(
    system: System, day: str, is_new: bool
) -> None:
    words = f"{HEAD}50000002;REFUSED;;{day};Konto 1921 är spärrat\n"
    take_in(system, words)
    send_again(system)
    assert take_in(system, words) == (Read(refused=1) if is_new else Read(repeated=True))
    assert (refused(system) != []) is is_new
    assert (("50000002", SENT) in unanswered(system)) is not is_new
    assert take_in(system, words) == Read(repeated=True)
    # Neither does it take back what is booked since.
    take_in(system, HEAD + "50000002;BOOKED;A 4712;2026-03-11;\n")
    assert take_in(system, words) == Read(repeated=True)
    assert refused(system) == []


STATES: dict[LedgerOutcome | None, str] = {
    None: "",
    LedgerOutcome.REFUSED: "refused",
    LedgerOutcome.SENT_AGAIN: "refused, sent again",
    LedgerOutcome.BOOKED: "booked",
}
ANSWERS = {
    LedgerStep.BOOKED: "BOOKED;A 4711;2026-03-20;",
    LedgerStep.BOOKED_AS_ANOTHER: "BOOKED;A 4799;2026-03-20;",
    LedgerStep.REFUSED: "REFUSED;;2026-03-20;Ett annat skäl",
    LedgerStep.TOLD_BEFORE: "REFUSED;;2026-03-06;Konto 1921 är spärrat",
}


@pytest.mark.parametrize(
    ("state", "step"),
    [
        each
        for each in product(STATES, LedgerStep)
        # Of one that nothing was told of, nothing was told before.
        if each != (None, LedgerStep.TOLD_BEFORE)
    ],
)
def test_every_answer_and_act_in_every_state_of_a_voucher_comes_to_what_the_table_says(
    system: System, state: LedgerOutcome | None, step: LedgerStep
) -> None:
    assert (set(EFFECTS), {len(each) for each in EFFECTS.values()}) == (set(STATES), {len(LedgerStep)})
    if state is LedgerOutcome.BOOKED or "refused" in STATES[state]:
        take_in(system, REFUSED)
    if state is LedgerOutcome.SENT_AGAIN:
        send_again(system)
    if state is LedgerOutcome.BOOKED:
        take_in(system, HEAD + "50000002;BOOKED;A 4711;2026-03-07;\n")
    before = history(system, "50000002")
    came_to = EFFECTS[state][step]
    if came_to is Effect.CONTRADICTS:
        with pytest.raises(AnswersRefused):
            take(system, step)
    else:
        take(system, step)
    after = history(system, "50000002")
    assert after[: len(before)] == before
    assert len(after) - len(before) == (came_to is Effect.KEPT)
    if came_to is Effect.KEPT:
        told = {LedgerStep.REFUSED: LedgerOutcome.REFUSED, LedgerStep.SENT_AGAIN: LedgerOutcome.SENT_AGAIN}
        assert after[-1].outcome is told.get(step, LedgerOutcome.BOOKED)


def take(system: System, step: LedgerStep) -> None:
    """Something is said of the second voucher, or done about it."""
    if step is LedgerStep.SENT_AGAIN:
        send_again(system)
    elif step is LedgerStep.NOTED_BOOKED:
        note(system, "50000002")
    else:
        take_in(system, f"{HEAD}50000002;{ANSWERS[step]}\n")


def test_a_month_is_not_closed_while_the_ledger_refuses_something_of_it(system: System) -> None:
    march = Month(2026, 3)
    with system.database.writing() as session:
        register = register_store.load(session)
        on = date(2026, 4, 7)
        booking.book_accrual(session, register, SETTINGS, march, closing=on, today=on, by=OFFICER, now=NOW)
    take_in(system, SPLIT)
    with (
        pytest.raises(ClosingRefused, match="send what was refused again"),
        system.database.writing() as session,
    ):
        month_closing.ask(session, SETTINGS, march, reason="Klart.", by=OFFICER, today=on, now=NOW)
    # Sent again it is as it was: refused, for all that is known.
    send_again(system)
    with pytest.raises(ClosingRefused, match="Read the answers"), system.database.writing() as session:
        month_closing.ask(session, SETTINGS, march, reason="Klart.", by=OFFICER, today=on, now=NOW)
    note(system, "50000002")
    with system.database.writing() as session:
        month_closing.ask(session, SETTINGS, march, reason="Klart.", by=OFFICER, today=on, now=NOW)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a;b\n", "the columns voucher, outcome"),
        (HEAD + "50000001;OK;A 1;2026-03-06;\n", "Row 2: outcome must be one of BOOKED, REFUSED"),
        (HEAD + "50000001;BOOKED;;2026-03-06;\n", "Row 2: a booked voucher has its number"),
        (HEAD + "50000001;REFUSED;;2026-03-06;\n", "Row 2: a refused voucher has a reason"),
        (HEAD + "50000001;BOOKED;A 1;6/3;\n", "Row 2: write the day"),
        (BOOKED + "50000001;BOOKED;A 2;2026-03-06;\n", "Row 3: voucher 50000001 stands already on row 2"),
        (BOOKED + "59999999;BOOKED;A 2;2026-03-06;\n", "59999999 are not here"),
        (HEAD + f"50000001;REFUSED;;2026-03-06;{'x' * 1001}\n", "Row 2: the number may have"),
    ],
)
def test_a_file_is_read_whole_or_not_at_all(system: System, text: str, said: str) -> None:
    with pytest.raises(AnswersRefused, match=said):
        take_in(system, text)
    with system.database.reading() as session:
        assert ledger_answer_store.without_answer(session) == 2


def test_what_is_booked_is_not_taken_back_and_not_booked_as_another(system: System) -> None:
    take_in(system, BOOKED)
    for other in ("REFUSED;;2026-03-07;Ångrat", "BOOKED;A 4799;2026-03-07;"):
        with pytest.raises(AnswersRefused, match="booked in the ledger already as A 4711"):
            take_in(system, f"{HEAD}50000001;{other}\n")


# Pure ------------------------------------------------------------------------------------------------

_texts = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)
_answers = st.builds(
    lambda number, refused, day, text: LedgerAnswer(
        number,
        LedgerOutcome.REFUSED if refused else LedgerOutcome.BOOKED,
        day,
        "" if refused else text,
        text if refused else "",
    ),
    _texts,
    st.booleans(),
    st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    _texts,
)


@given(answers=st.lists(_answers, max_size=8, unique_by=lambda each: each.voucher), comma=st.booleans())
def test_whatever_the_ledger_writes_is_read_as_it_was_written(
    answers: list[LedgerAnswer], comma: bool
) -> None:
    written = io.StringIO(newline="")
    lines = csv.writer(written, delimiter="," if comma else ";")
    lines.writerow(ledger_answers.COLUMNS)
    for each in answers:
        lines.writerow((each.voucher, each.outcome, each.ledger_number, each.answered_on, each.said))
    assert ledger_answers.read(b"\xef\xbb\xbf" + written.getvalue().encode()) == answers
