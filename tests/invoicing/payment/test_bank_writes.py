"""However the bank writes and splits and orders what it did, the same money is matched once, and never another's."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.sql import Session
from invoicing.payment import proposal_store
from invoicing.payment.bank_answers import bank_report_store, bank_reports
from invoicing.payment.bank_answers.bank_report_store import BankFile, BankReportResult
from invoicing.payment.bank_files import csv_table, movements
from invoicing.payment.transfers import ItemState
from orders.register import store as register_store
from tests.support.stories.bank_writes import (
    AMOUNT_PLACES,
    BATCH_PLACES,
    CAMT_VERSIONS,
    DAY_FORMS,
    Hand,
    Line,
    Part,
    account,
    back,
    paid,
    status_report,
)
from tests.support.stories.paying import NOW, OFFICER, PayDesk
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

REFERENCE, OTHER = "100000101", "100000102"
MARCH, LATER = date(2026, 3, 5), date(2026, 3, 9)
FILE = "RM30000001"
NAMES = tuple(f"{FILE}-0000{place}" for place in (1, 2, 3, 4))
AMOUNTS = dict(zip(NAMES, ("2375.00", "2375.00", "2375.00", "2612.50"), strict=True))
_R = BankReportResult


def four_sent(system: System) -> None:
    """Four invoices left for the bank as one file: three of one amount, one of another."""
    for reference, supplier in ((REFERENCE, FYRBAKEN), (OTHER, LARKDRILLEN)):
        system.decide(reference, supplier=supplier)
        system.report(reference, "2026-01", on=date(2026, 2, 2))
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    system.report(REFERENCE, "2026-03", on=date(2026, 4, 2))
    for reference, line, number, on in (
        (REFERENCE, "001", "F-1", date(2026, 2, 3)),
        (OTHER, "001", "L-1", date(2026, 2, 3)),
        (REFERENCE, "002", "F-2", date(2026, 3, 3)),
        (REFERENCE, "003", "F-3", date(2026, 4, 3)),
    ):
        system.send_invoice(system.order(reference).number, line, number=number, on=on)
    desk = PayDesk(system)
    desk.give_right()
    proposal = desk.propose(on=date(2026, 5, 3))
    desk.attest(proposal)
    desk.export(proposal)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=four_sent) as system:
        yield system


@pytest.fixture
def desk(system: System) -> PayDesk:
    return PayDesk(system)


def states(desk: PayDesk) -> list[str]:
    with desk.system.database.reading() as session:
        return [item.state for item in proposal_store.items(session, "30000001")]


def outcomes(file: BankFile) -> list[BankReportResult]:
    return [each.outcome for each in file.told]


# The law ------------------------------------------------------------------------------------------


class _Undone(Exception):
    """Nothing of an example stays."""


@st.composite
def splits(draw: st.DrawFn) -> tuple[list[bytes], set[str]]:
    """What the bank carried out, and the files it tells it in: a notice of some of it, then the statement of all."""
    done = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1))
    hands = st.builds(
        Hand,
        version=st.sampled_from(CAMT_VERSIONS),
        prefix=st.sampled_from(["", "ns2"]),
        mark=st.booleans(),
        statements=st.integers(1, 3),
    )
    groups: list[list[str]] = []
    for name in done:
        joins = draw(st.booleans())
        if groups and joins:
            groups[draw(st.integers(0, len(groups) - 1))].append(name)
        else:
            groups.append([name])
    lines: list[Line] = [draw(written(group)) for group in groups]
    told_before = draw(st.lists(st.sampled_from(done), unique=True))
    notices: list[Line] = [draw(written([name], listed=True)) for name in told_before]
    files = [account(*lines, hand=draw(hands))]
    files += [account(each, hand=replace(draw(hands), message="camt.054")) for each in notices]
    if draw(st.booleans()):
        files.append(account(*reversed(lines), hand=draw(hands)))
    return draw(st.permutations(files)), set(done)


@st.composite
def written(draw: st.DrawFn, group: Sequence[str], *, listed: bool = False) -> Line:
    """One line for these payments, as the bank chooses to write it."""
    total = str(sum(Decimal(AMOUNTS[name]) for name in group))
    line = Line(
        total,
        day_form=draw(st.sampled_from(DAY_FORMS)),
        batch=draw(st.sampled_from(["", FILE])),
        batch_in=draw(st.sampled_from(BATCH_PLACES)),
        count=draw(st.sampled_from(["", str(len(group))])),
    )
    if not listed and draw(st.integers(0, 3)) == 0:
        return replace(line, batch=FILE)  # the file alone, and not which of its payments
    place = draw(st.sampled_from(AMOUNT_PLACES))
    return replace(line, parts=tuple(Part(name, AMOUNTS[name], place) for name in group))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(splits())
def test_however_it_is_split_told_and_ordered_the_same_money_is_matched_once(
    system: System, told: tuple[list[bytes], set[str]]
) -> None:
    with suppress(_Undone), system.database.writing() as session:
        _matched_once(session, *told)
        raise _Undone


def _matched_once(session: Session, files: Sequence[bytes], done: set[str]) -> None:
    rows = [row for body in files for row in _taken_in(session, body).told]
    items = {item.end_to_end: item for item in proposal_store.items(session, "30000001")}
    came = {name for name, item in items.items() if item.state is ItemState.PAID}
    waiting = {name for name, item in items.items() if item.state is ItemState.EXPORTED}
    assert came <= done, "paid without having been booked"
    assert came | waiting == set(NAMES)
    assert all(row.outcome in (_R.PAID, _R.REPEAT, _R.AMOUNT) for row in rows)
    # What the bank does not let anybody tell is left to a person, and is not guessed.
    if came != done:
        assert any(row.outcome is _R.AMOUNT and row.end_to_end == FILE for row in rows)


def _taken_in(session: Session, body: bytes) -> BankFile:
    register = register_store.load(session)
    return bank_reports.take_in(session, register, body, name="bank.xml", by=OFFICER, today=LATER, now=NOW)


# Each way, told -----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", CAMT_VERSIONS)
@pytest.mark.parametrize("message", ["camt.053", "camt.054"])
def test_every_version_is_read_by_the_structure_they_share(version: str, message: str) -> None:
    hand = Hand(message, version, prefix="a", mark=True, statements=2)
    report = movements.read_file(account(paid((NAMES[0], "2375.00")), back(NAMES[1], "2375.00"), hand=hand))
    (out,), (came,) = (entry.movements for entry in report.entries)
    assert (out.end_to_end, out.amount, out.debit, out.booked) == (NAMES[0], Decimal("2375.00"), True, True)
    assert (came.debit, [each.code for each in came.reasons]) == (False, ["AC04"])


def test_a_notice_of_two_then_the_statement_of_the_whole_file_pays_all_four(desk: PayDesk) -> None:
    notice = account(paid(*((name, AMOUNTS[name]) for name in NAMES[:2])), hand=Hand("camt.054"))
    assert outcomes(desk.bank_says(notice, on=LATER)) == [_R.PAID, _R.PAID]
    whole = account(Line("9737.50", batch=FILE, count="4"))
    assert outcomes(desk.bank_says(whole, on=LATER)) == [_R.PAID]
    assert states(desk) == ["PAID"] * 4


def test_parts_with_the_amount_we_asked_for_or_with_none_are_paid_where_they_add_up(desk: PayDesk) -> None:
    asked = account(paid(*((name, AMOUNTS[name]) for name in NAMES[:2]), amount_in="InstdAmt"))
    assert outcomes(desk.bank_says(asked, on=LATER)) == [_R.PAID, _R.PAID]
    silent = account(paid(*((name, AMOUNTS[name]) for name in NAMES[2:]), amount_in=""))
    assert outcomes(desk.bank_says(silent, on=LATER)) == [_R.PAID, _R.PAID]


def test_parts_without_amounts_that_do_not_add_up_are_for_a_person(desk: PayDesk) -> None:
    line = replace(paid((NAMES[0], "2375.00"), (NAMES[3], "2612.50"), amount_in=""), amount="4987.49")
    told = desk.bank_says(account(line), on=LATER)
    assert outcomes(told) == [_R.AMOUNT, _R.AMOUNT]
    assert "Ask the bank for camt.054 with an amount for each payment" in told.told[0].sentence.en
    assert states(desk) == ["EXPORTED"] * 4


@pytest.mark.parametrize("form", DAY_FORMS)
def test_the_day_is_the_swedish_day(desk: PayDesk, form: str) -> None:
    line = replace(paid((NAMES[0], "2375.00")), day="2026-03-05", day_form=form)
    (row,) = desk.bank_says(account(line), on=LATER).told
    assert row.booked_on == MARCH


def test_the_last_hour_of_a_summer_day_in_utc_is_the_next_day_in_sweden() -> None:
    body = account(paid((NAMES[0], "2375.00"))).replace(
        b"<Dt>2026-03-05</Dt>", b"<DtTm>2026-07-31T22:00:00Z</DtTm>"
    )
    ((movement,),) = (entry.movements for entry in movements.read_file(body).entries)
    assert movement.booked_on == date(2026, 8, 1)


def test_what_is_booked_ahead_is_paid_on_its_day_and_not_before(system: System, desk: PayDesk) -> None:
    ahead = replace(paid((NAMES[0], "2375.00")), day="2026-03-12")
    told = desk.bank_says(account(ahead, hand=Hand("camt.054")), on=LATER)
    assert (outcomes(told), states(desk)[0]) == ([_R.AHEAD], "EXPORTED")
    for day, paid_now in ((date(2026, 3, 11), 0), (date(2026, 3, 12), 1), (date(2026, 3, 12), 0)):
        with system.database.writing() as session:
            register = register_store.load(session)
            assert bank_reports.come_to_their_day(session, register, today=day) == paid_now
    assert states(desk)[0] == "PAID"
    with system.database.reading() as session:
        item = proposal_store.items(session, "30000001")[0]
    assert system.invoice(item.invoice_id).paid_on == date(2026, 3, 12)


def test_a_file_booked_ahead_comes_with_the_next_file_that_is_read(desk: PayDesk) -> None:
    whole = replace(Line("9737.50", batch=FILE), day="2026-03-12")
    assert outcomes(desk.bank_says(account(whole), on=LATER)) == [_R.AHEAD]
    desk.bank_says(account(paid(("OTHER", "1.00"))), on=date(2026, 3, 13))
    assert states(desk) == ["PAID"] * 4


def test_what_is_refused_before_its_day_is_for_a_person_when_the_day_comes(
    system: System, desk: PayDesk
) -> None:
    ahead = replace(paid((NAMES[0], "2375.00")), day="2026-03-12")
    desk.bank_says(account(ahead, hand=Hand("camt.054")), on=LATER)
    desk.bank_says(status_report((NAMES[0], "RJCT", "AC01")), on=LATER)
    with system.database.writing() as session:
        register = register_store.load(session)
        assert bank_reports.come_to_their_day(session, register, today=date(2026, 3, 12)) == 0
    with system.database.reading() as session:
        findings = bank_report_store.open_findings(session)
    assert _R.BOOKED_AFTER_REFUSED in [each.outcome for each in findings]
    # A second look finds the row where it is, and tells it once.
    with system.database.writing() as session:
        bank_reports.come_to_their_day(session, register_store.load(session), today=date(2026, 3, 13))
    with system.database.reading() as session:
        assert bank_report_store.open_findings(session) == findings


def test_what_is_booked_ahead_with_the_banks_charges_is_paid_on_its_day(
    system: System, desk: PayDesk
) -> None:
    inside = replace(paid((NAMES[0], "2375.00")), amount="2385.00", charges="10.00", day="2026-03-12")
    assert outcomes(desk.bank_says(account(inside), on=LATER))[0] == _R.AHEAD
    whole = replace(
        paid((NAMES[1], "2375.00"), amount_in=""), amount="2385.00", charges="10.00", day="2026-03-12"
    )
    assert _R.AHEAD in outcomes(desk.bank_says(account(whole), on=LATER))
    with system.database.writing() as session:
        register = register_store.load(session)
        assert bank_reports.come_to_their_day(session, register, today=date(2026, 3, 12)) == 2
    assert states(desk)[:2] == ["PAID", "PAID"]


@pytest.mark.parametrize("version", ["02", "08"])
def test_charges_are_told_apart_from_the_payment(desk: PayDesk, version: str) -> None:
    hand = Hand(version=version)
    inside = replace(paid((NAMES[0], "2375.00")), amount="2385.00", charges="10.00")
    told = desk.bank_says(account(inside, hand=hand), on=LATER)
    assert [(each.outcome, str(each.amount.amount)) for each in told.told] == [
        (_R.PAID, "2375.00"),
        (_R.CHARGES, "10.00"),
    ]
    whole = replace(paid((NAMES[1], "2375.00"), amount_in=""), amount="2385.00", charges="10.00")
    assert _R.PAID in outcomes(desk.bank_says(account(whole, hand=hand), on=LATER))


def test_a_line_that_is_more_than_its_parts_says_so(desk: PayDesk) -> None:
    line = replace(paid((NAMES[0], "2375.00"), (NAMES[1], "2375.00")), amount="4800.00")
    told = desk.bank_says(account(line), on=LATER)
    assert outcomes(told) == [_R.PAID, _R.PAID, _R.AMOUNT]
    assert "50.00 more or less" in told.told[2].sentence.en


def test_a_debit_that_takes_back_a_deposit_pays_nothing(desk: PayDesk) -> None:
    line = replace(paid((NAMES[0], "2375.00")), reversal=True)
    assert outcomes(desk.bank_says(account(line), on=LATER)) == [_R.UNKNOWN]
    assert states(desk)[0] == "EXPORTED"


def test_a_payment_that_statements_book_twice_is_told_and_a_statement_sent_again_is_not(
    desk: PayDesk,
) -> None:
    once = paid((NAMES[0], "2375.00"))
    desk.bank_says(account(once, hand=Hand("camt.054")), on=LATER)
    for version in ("02", "08"):
        assert outcomes(desk.bank_says(account(once, hand=Hand(version=version)), on=LATER)) == [_R.REPEAT]
    again = account(replace(once, day="2026-03-09"))
    (row,) = desk.bank_says(again, on=LATER).told
    assert (row.outcome, row.is_open) == (_R.BOOKED_TWICE, True)
    assert "Ask the bank for the money back" in row.sentence.en
    both = account(paid((NAMES[1], "2375.00")), paid((NAMES[1], "2375.00")))
    assert outcomes(desk.bank_says(both, on=LATER)) == [_R.PAID, _R.BOOKED_TWICE]


def test_a_return_of_another_amount_changes_nothing(desk: PayDesk) -> None:
    told = desk.bank_says(account(back(NAMES[0], "2365.00")), on=LATER)
    assert outcomes(told) == [_R.AMOUNT]
    assert "2,365.00 SEK came back" in told.told[0].sentence.en
    assert states(desk)[0] == "EXPORTED"


@pytest.mark.parametrize("first_back", [True, False])
def test_the_debit_and_its_return_in_either_order_never_leave_it_with_the_bank(
    desk: PayDesk, first_back: bool
) -> None:
    files = [account(paid((NAMES[0], "2375.00"))), account(back(NAMES[0], "2375.00"))]
    told = [outcomes(desk.bank_says(body, on=LATER)) for body in (reversed(files) if first_back else files)]
    assert told == ([[_R.RETURNED], [_R.REPEAT]] if first_back else [[_R.PAID], [_R.RETURNED_AFTER_PAID]])


# Tables -------------------------------------------------------------------------------------------

ROWS = "end_to_end;amount;currency;booked_on\r\nRM1;2 612,50;SEK;2026-03-05\r\n"


@pytest.mark.parametrize(
    "body",
    [
        (ROWS + ";;;\r\n\r\n;;;\r\n").encode(),
        ("sep=;\r\n" + ROWS).encode(),
        ("sep=;\r\n" + ROWS).encode("utf-16"),
        ROWS.replace("end_to_end;amount", "End_To_End; AMOUNT ").encode(),
        ROWS.replace("2 612,50", "−2 612,50").encode(),
        ROWS.replace("2 612,50", "-2.612,50 kr").encode(),
        ROWS.replace("2 612,50", "2612,50-").encode(),
        ROWS.replace(";", "\t").encode(),
        ROWS.replace(";", ",").replace("2 612,50", '"2612,50"').encode(),
        "Referens;Belopp;Bokföringsdag\r\nRM1;2\u00a0612,50;20260305\r\n".encode("cp1252"),
        "\ufeffreferens;belopp;bokföringsdag\nRM1;2\u202f612,50;2026-03-05 00:00\n".encode(),
    ],
)
def test_a_table_is_read_as_spreadsheets_and_banks_save_it(body: bytes) -> None:
    ((movement,),) = (entry.movements for entry in movements.read_file(body).entries)
    assert (movement.end_to_end, movement.amount, movement.currency) == ("RM1", Decimal("2612.50"), "SEK")
    assert (movement.booked_on, movement.debit) == (MARCH, True)


def test_where_some_is_below_zero_the_rest_came_in() -> None:
    body = ROWS.replace("2 612,50", "-2612,50") + "RM2;100,00;SEK;2026-03-05\r\n"
    first, second = csv_table.entries(body.encode())
    assert (first.movements[0].debit, second.movements[0].debit) == (True, False)


def test_a_row_that_cannot_be_read_is_named_as_the_file_numbers_it() -> None:
    body = "sep=;\r\n" + ROWS + ";;;\r\nRM2;mycket;SEK;2026-03-05\r\n"
    with pytest.raises(movements.BankFileUnreadable, match=r"Row 5 of the bank's file.*camt\.053"):
        movements.read_file(body.encode())


@pytest.mark.parametrize(
    ("body", "asks"),
    [
        (account(paid(("A", "1.00")), hand=Hand("camt.052")), "Ask the bank for camt.053"),
        (account(paid(("A", "1.00")), hand=Hand("pain.001", "03")), "Choose the bank's answer"),
        (b"<Invoice/>", "Ask the bank for the statement as camt.053"),
        (
            account(paid(("A", "1.00"))).replace(b">1.00<", b">1,00<"),
            r"Line 2 of the bank's file.*Ask the bank for the file once more",
        ),
        (account(paid(("A", "1.00"))).replace(b"<Sts>BOOK</Sts>", b""), "Line 2"),
        (account(paid(("A", "1.00")))[:-20], "Ask the bank for the file once more"),
        (b"", "empty"),
        (b"%PDF-1.4", r"format PDF.*Ask the bank for the statement as camt\.053"),
        (b"PK\x03\x04[Content_Types].xml", "format Excel or ZIP"),
        (b"end_to_end;amount\nA;1,00", "lacks the column booked_on"),
        (b"a;b\nA;1,00", "lacks the columns end_to_end, amount, booked_on"),
    ],
)
def test_a_refusal_speaks_of_bank_files_and_says_what_to_ask_for(body: bytes, asks: str) -> None:
    with pytest.raises(movements.BankFileUnreadable, match=asks) as refusal:
        movements.read_file(body)
    assert "Peppol" not in refusal.value.text.en


def test_the_proposal_is_named_by_its_file(desk: PayDesk) -> None:
    (row,) = desk.bank_says(account(Line("1.00", batch=FILE)), on=LATER).told
    assert "RM30000001 (4 payments)" in row.sentence.en
    (row,) = desk.bank_says(account(paid((NAMES[0], "1.00"))), on=LATER).told
    assert "RM30000001-00001 (Fyrbåken Exempel AB, F-1)" in row.sentence.en
