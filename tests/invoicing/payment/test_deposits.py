"""A deposit for a claim is found in the bank's files by what the payer wrote, and noted once however it is told."""

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.money import Money
from invoicing.claims import part_store
from invoicing.claims.claim_states import ClaimState, PartWay
from invoicing.model import SupplierInvoice
from invoicing.payment import payment, repayment_store, repayments
from invoicing.payment.bank_answers import bank_report_store, bank_reports
from invoicing.payment.bank_answers.bank_report_store import BankFile, BankReportResult
from invoicing.payment.bank_files.movements import BankFileUnreadable
from orders.register import store as register_store
from tests.support.stories.bank_writes import CAMT_VERSIONS, Hand, Line, Part, account
from tests.support.stories.claiming import ClaimDesk, two_months
from tests.support.stories.paying import OFFICER, SECOND, PayDesk
from tests.support.stories.system import System, a_system

DAY = date(2026, 5, 20)
OCR = "600000012"
NOTICE, STATEMENT = Hand("camt.054"), Hand("camt.053")
_R = BankReportResult


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=two_months) as system:
        yield system


@pytest.fixture
def owed(system: System) -> SupplierInvoice:
    """A paid invoice of 2 375 kronor that has been credited, claim 60000001."""
    desk = ClaimDesk(system)
    invoice = desk.paid()
    desk.credited()
    return invoice


def came(
    amount: str = "2375.00",
    *,
    ocr: str = "",
    words: str = "",
    called: str = "",
    day: str = "2026-05-20",
    **line: object,
) -> Line:
    """A line of the account: money in, with what the payer wrote and what the bank calls it."""
    part = Part("", amount, ocr=ocr, remittance=words, bank_reference=called)
    return Line(amount, (part,), direction="CRDT", day=day, **line)  # type: ignore[arg-type]


def says(
    system: System, *lines: Line, hand: Hand = STATEMENT, on: date = DAY, name: str = "bank.xml"
) -> BankFile:
    return PayDesk(system).bank_says(account(*lines, hand=hand), on=on, name=name)


def outcomes(file: BankFile) -> list[BankReportResult]:
    return [each.outcome for each in file.told]


def noted(system: System, invoice: SupplierInvoice) -> Money | None:
    """How much is noted on the claim and waits for a person."""
    with system.database.reading() as session:
        found = repayment_store.waiting(session, [invoice.id]).get(invoice.id)
    return None if found is None or found.amount is None else Money(found.amount, "SEK")


def confirm(system: System, invoice: SupplierInvoice) -> None:
    with system.database.writing() as session:
        repayments.confirm(session, invoice.id, by=OFFICER)


@pytest.mark.parametrize("version", CAMT_VERSIONS)
@pytest.mark.parametrize("message", ["camt.053", "camt.054"])
def test_a_repayment_with_the_claims_number_is_noted_and_one_press_settles_it(
    system: System, owed: SupplierInvoice, message: str, version: str
) -> None:
    file = says(system, came(ocr=OCR, called="B-1"), hand=Hand(message, version))
    assert outcomes(file) == [_R.DEPOSIT]
    (row,) = file.told
    assert (row.claim, row.claimed_for, row.is_open) == ("60000001", owed.id, False)
    assert ClaimDesk(system).claim(owed).state is ClaimState.RAISED
    confirm(system, owed)
    assert ClaimDesk(system).claim(owed).state is ClaimState.SETTLED
    assert system.broken() == []


@pytest.mark.parametrize(
    ("wrote", "is_meant"),
    [
        ({"ocr": "600000012"}, True),
        ({"ocr": "60000001"}, True),
        ({"words": "6000 0001-2"}, True),
        ({"words": "Återbetalning, OCR 600000012, mars"}, True),
        ({"words": " ".join(f"1{number:09}" for number in range(600)) + " 600000012"}, True),
        ({"words": "hyra 60000001 för maj"}, False),
        ({"words": "1600000012"}, False),
        ({"ocr": "600000013"}, False),
        ({"words": "tack"}, False),
    ],
)
def test_it_is_known_by_the_number_however_it_is_written(
    system: System, owed: SupplierInvoice, wrote: dict[str, str], is_meant: bool
) -> None:
    assert outcomes(says(system, came(**wrote))) == [_R.DEPOSIT if is_meant else _R.NOT_OURS]
    assert (noted(system, owed) is not None) is is_meant


@pytest.mark.both_engines
@pytest.mark.parametrize("called", ["B-1", "", "B-1" * 20])
def test_the_notice_and_the_statement_of_one_deposit_note_it_once(
    system: System, owed: SupplierInvoice, called: str
) -> None:
    line = came("1000.00", ocr=OCR, called=called)
    assert outcomes(says(system, line, hand=NOTICE)) == [_R.DEPOSIT]
    confirm(system, owed)
    # Paid in parts, so the claim stands and could be noted again.
    assert outcomes(says(system, line, hand=STATEMENT)) == [_R.REPEAT]
    assert noted(system, owed) is None
    assert ClaimDesk(system).claim(owed).left == Money.of("1375.00")


def test_a_notice_that_the_bank_books_on_another_day_is_known_by_its_reference(
    system: System, owed: SupplierInvoice
) -> None:
    says(system, came("1000.00", ocr=OCR, called="B-1"), hand=NOTICE)
    later = came("1000.00", ocr=OCR, called="B-1", day="2026-05-21")
    assert outcomes(says(system, later, on=date(2026, 5, 21))) == [_R.REPEAT]


def test_two_that_the_bank_calls_alike_for_forty_signs_are_two_deposits(
    system: System, owed: SupplierInvoice
) -> None:
    first, second = (came("1000.00", ocr=OCR, called="B" * 40 + each) for each in "12")
    assert outcomes(says(system, first)) == [_R.DEPOSIT]
    confirm(system, owed)
    assert outcomes(says(system, second, name="second.xml")) != [_R.REPEAT]
    assert outcomes(says(system, first, second, hand=NOTICE)) == [_R.REPEAT, _R.REPEAT]


def test_two_parts_of_one_claim_are_two_deposits_and_the_second_waits_for_the_first(
    system: System, owed: SupplierInvoice
) -> None:
    file = says(system, came("1000.00", ocr=OCR, called="B-1"), came("1375.00", ocr=OCR, called="B-2"))
    assert outcomes(file) == [_R.DEPOSIT, _R.DEPOSIT_UNNOTED]
    assert "noted already" in file.told[1].sentence.en
    second = file.told[1].id
    with system.database.writing() as session, pytest.raises(repayments.RepaymentRefused):
        bank_reports.note_deposit(session, second, by=SECOND, today=DAY)
    confirm(system, owed)
    with system.database.writing() as session:
        bank_reports.note_deposit(session, second, by=SECOND, today=DAY)
    with system.database.reading() as session:
        assert bank_report_store.open_findings(session) == []
    confirm(system, owed)
    assert ClaimDesk(system).claim(owed).state is ClaimState.SETTLED
    with (
        system.database.writing() as session,
        pytest.raises(BankFileUnreadable, match="no deposit that waits"),
    ):
        bank_reports.note_deposit(session, second, by=SECOND, today=DAY)
    assert system.broken() == []


def test_what_may_be_the_same_money_is_for_a_person(system: System, owed: SupplierInvoice) -> None:
    """The same amount on the same day, called something else: another part, or the bank's other name for it."""
    says(system, came("1000.00", ocr=OCR, called="B-1"), hand=NOTICE)
    confirm(system, owed)
    file = says(system, came("1000.00", ocr=OCR, called="Z-9"))
    assert outcomes(file) == [_R.DEPOSIT_UNNOTED]
    assert "Is this more money?" in file.told[0].sentence.en
    assert noted(system, owed) is None
    twice = came("300.00", ocr=OCR, called="T-1")
    file = says(system, twice, twice)
    assert outcomes(file) == [_R.DEPOSIT, _R.DEPOSIT_UNNOTED]
    assert "Is this more money?" in file.told[1].sentence.en


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (came("2375.01", ocr=OCR), "more than the 2,375.00 SEK that is left"),
        (came(ocr=OCR, currency="EUR"), "in EUR"),
        (came(words="Kreditfaktura F-17", ocr=""), ""),
    ],
)
def test_what_cannot_be_noted_says_why(system: System, owed: SupplierInvoice, line: Line, why: str) -> None:
    file = says(system, line)
    assert outcomes(file) == [_R.DEPOSIT_UNMATCHED if why else _R.NOT_OURS]
    assert not file.told[0].may_be_noted
    assert why in file.told[0].sentence.en
    assert noted(system, owed) is None


def test_more_for_a_claim_that_is_settled_is_for_a_person(system: System, owed: SupplierInvoice) -> None:
    says(system, came(ocr=OCR, called="B-1"))
    confirm(system, owed)
    file = says(system, came("100.00", ocr=OCR, called="B-2"))
    assert outcomes(file) == [_R.DEPOSIT_UNMATCHED]
    assert "ended already (Settled)" in file.told[0].sentence.en


def test_a_deposit_that_names_the_invoice_alone_is_shown_and_a_person_notes_it(database_url: str) -> None:
    with a_system(database_url, begun=two_months) as system:
        desk = ClaimDesk(system)
        invoice = desk.paid("2026-0117")
        desk.credited()
        file = says(system, came(words="Kreditering av 2026-0117"), came("9000.00", words="2026-0117"))
        assert outcomes(file) == [_R.DEPOSIT_UNNOTED, _R.NOT_OURS]
        assert "names 2026-0117" in file.told[0].sentence.en
        with system.database.writing() as session:
            bank_reports.note_deposit(session, file.told[0].id, by=SECOND, today=DAY)
        confirm(system, invoice)
        assert desk.claim(invoice).state is ClaimState.SETTLED


def test_a_deposit_is_noted_when_it_is_booked_and_its_day_has_come(
    system: System, owed: SupplierInvoice
) -> None:
    early = date(2026, 5, 18)
    assert outcomes(says(system, came(ocr=OCR, status="PDNG"), hand=NOTICE, on=early)) == [_R.NOT_BOOKED]
    ahead = says(system, came(ocr=OCR, called="B-1"), hand=NOTICE, on=early)
    assert outcomes(ahead) == [_R.AHEAD]
    assert noted(system, owed) is None
    with system.database.writing() as session:
        bank_reports.come_to_their_day(session, register_store.load(session), today=DAY)
    assert noted(system, owed) == Money.of("2375.00")
    with system.database.reading() as session:
        assert outcomes(bank_report_store.get(session, ahead.id)) == [_R.DEPOSIT]
    assert outcomes(says(system, came(ocr=OCR, called="B-1"))) == [_R.REPEAT]


def test_a_deposit_that_the_bank_takes_back_is_for_a_person(system: System, owed: SupplierInvoice) -> None:
    says(system, came(ocr=OCR, called="B-1"))
    reversed_ = Line("2375.00", (Part("", "2375.00", ocr=OCR),), reversal=True, day="2026-05-20")
    assert outcomes(says(system, reversed_)) == [_R.DEPOSIT_TAKEN_BACK]
    # A payment of somebody's that happens to carry the number is no deposit, and takes none back.
    out = Line("2375.00", (Part("", "2375.00", ocr=OCR),), day="2026-05-20")
    assert outcomes(says(system, out)) == [_R.NOT_OURS]


def undo(
    system: System, invoice: SupplierInvoice, *, by: str = SECOND, day: date = DAY, place: int = -1
) -> None:
    """The bank took a confirmed deposit back: one says so, another confirms."""
    with system.database.writing() as session:
        note = repayment_store.confirmed(session, invoice.id)[place].id
        repayments.ask_undo(
            session, invoice.id, note, by=OFFICER, undone_on=day, reason="Banken ringde", today=day
        )
    with system.database.writing() as session:
        repayments.confirm_undo(session, invoice.id, note, by=by)


@pytest.mark.both_engines
def test_what_the_bank_took_back_after_it_was_confirmed_is_owed_again_and_comes_anew(
    system: System, owed: SupplierInvoice
) -> None:
    desk = ClaimDesk(system)
    says(system, came(ocr=OCR, called="B-1"))
    confirm(system, owed)
    undo(system, owed)
    claim = desk.claim(owed)
    assert (claim.state, claim.left) == (ClaimState.RAISED, Money.of("2375.00"))
    assert system.broken() == []
    assert outcomes(says(system, came(ocr=OCR, called="B-2", day="2026-05-22"), on=date(2026, 5, 22))) == [
        _R.DEPOSIT
    ]
    confirm(system, owed)
    assert desk.claim(owed).state is ClaimState.SETTLED
    with system.database.reading() as session:
        ways = [(each.how.value, str(each.amount.amount)) for each in part_store.of(session, claim.number)]
    assert ways == [("REPAID", "2375.00"), ("REPAYMENT_RETURNED", "2375.00"), ("REPAID", "2375.00")]
    assert system.broken() == []


def test_a_part_that_the_bank_took_back_leaves_the_rest_and_its_interest_goes_with_it(
    system: System, owed: SupplierInvoice
) -> None:
    desk = ClaimDesk(system)
    desk.rate()
    desk.demand(desk.claim(owed), on=date(2026, 5, 3))
    desk.repaid(desk.claim(owed), "1000.00", on=date(2026, 6, 29))
    desk.repaid(desk.claim(owed), "1380.00", on=date(2026, 6, 30))
    assert desk.claim(owed).state is ClaimState.SETTLED
    undo(system, owed, day=date(2026, 6, 30))
    assert desk.claim(owed).left == Money.of("1375.00")
    with system.database.reading() as session:
        parts = part_store.of(session, desk.claim(owed).number)
    assert sum(each.amount.amount for each in parts if each.how is PartWay.INTEREST) == sum(
        each.amount.amount for each in parts if each.how is PartWay.INTEREST_RETURNED
    )
    undo(system, owed, day=date(2026, 6, 30), place=0)
    assert desk.claim(owed).left == Money.of("2375.00")
    assert system.broken() == []


def test_nobody_alone_says_that_a_deposit_was_taken_back(system: System, owed: SupplierInvoice) -> None:
    says(system, came(ocr=OCR, called="B-1"))
    confirm(system, owed)
    with pytest.raises(payment.SamePerson):
        undo(system, owed, by=OFFICER)
    with system.database.writing() as session:
        (asked,) = repayment_store.undo_asked(session, owed.id)
        repayments.refuse_undo(session, owed.id, asked.id, by=OFFICER)
    assert ClaimDesk(system).claim(owed).state is ClaimState.SETTLED
    with system.database.writing() as session:
        (stands,) = repayment_store.confirmed(session, owed.id)
        for wrong, why in (
            ({"reason": " "}, "how you know it"),
            ({"undone_on": date(2026, 5, 19)}, "when the money came"),
            ({"undone_on": date(2026, 5, 21)}, "and today"),
        ):
            said = {"undone_on": DAY, "reason": "Banken ringde", **wrong}
            with pytest.raises(repayments.RepaymentRefused, match=why):
                repayments.ask_undo(session, owed.id, stands.id, by=OFFICER, today=DAY, **said)  # type: ignore[arg-type]
        with pytest.raises(repayments.RepaymentRefused, match="no such deposit"):
            repayments.confirm_undo(session, owed.id, stands.id, by=SECOND)
    undo(system, owed)


def test_deposits_in_one_lump_sum_are_told_apart_by_what_each_payer_wrote(system: System) -> None:
    desk = ClaimDesk(system)
    first = desk.paid()
    desk.credited()
    second = desk.paid("F-2", line="002")
    desk.credited("K-2")
    parts = (
        Part("", "2375.00", batch="BG-7", ocr=OCR),
        Part("", "2375.00", batch="BG-7", ocr=desk.claim(second).ocr),
        Part("", "50.00", batch="BG-7", remittance="hyra"),
    )
    lump = Line("4800.00", parts, batch="BG-7", direction="CRDT", day="2026-05-20")
    assert outcomes(says(system, lump)) == [_R.DEPOSIT, _R.DEPOSIT, _R.NOT_OURS]
    for each in (first, second):
        confirm(system, each)
        assert desk.claim(each).state is ClaimState.SETTLED
    both = came("100.00", words=f"{OCR} {desk.claim(second).ocr}")
    file = says(system, both)
    assert outcomes(file) == [_R.DEPOSIT_UNMATCHED]
    assert "several claims: 60000001, 60000002" in file.told[0].sentence.en


def test_a_table_of_the_banks_notes_deposits_by_its_reference(system: System, owed: SupplierInvoice) -> None:
    table = f"referens;belopp;bokföringsdag\r\n{OCR};2 375,00;2026-05-20\r\nRM9;-10,00;2026-05-20\r\n"
    assert outcomes(PayDesk(system).bank_says(table.encode(), on=DAY)) == [_R.DEPOSIT, _R.NOT_OURS]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_deposit_is_counted_twice_in_whatever_order_its_files_come(
    database_url: str, data: st.DataObject
) -> None:
    """A law: parts with names of their own, told by notice and statement in any order, come to what came."""
    amounts = data.draw(st.lists(st.integers(1, 700), min_size=1, max_size=3, unique=True))
    lines = [came(f"{each}.00", ocr=OCR, called=f"B-{each}") for each in amounts]
    files = [(hand, line) for line in lines for hand in (NOTICE, STATEMENT)]
    with a_system(database_url, begun=two_months) as system:
        desk = ClaimDesk(system)
        invoice = desk.paid()
        desk.credited()
        for place, (hand, line) in enumerate(data.draw(st.permutations(files))):
            (row,) = says(system, line, hand=hand, name=f"{place}.xml").told
            if row.may_be_noted:
                confirm(system, invoice)
                with system.database.writing() as session:
                    bank_reports.note_deposit(session, row.id, by=SECOND, today=DAY)
            if noted(system, invoice) is not None and data.draw(st.booleans()):
                confirm(system, invoice)
        if noted(system, invoice) is not None:
            confirm(system, invoice)
        left = desk.claim(invoice).left
    assert left == Money.of("2375.00") - Money.of(f"{sum(amounts)}.00")
