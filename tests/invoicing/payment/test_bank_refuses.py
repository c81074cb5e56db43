"""The bank's status report: what it refuses is freed and due again, what it accepts is seen, and nothing is paid."""

from collections.abc import Iterator
from datetime import date

import pytest

from foundation.transitions import StepRefused
from invoicing.exceptions import worklist
from invoicing.exceptions.worklist_store import WorkKind
from invoicing.payment.attest_rights import AttestRefused
from invoicing.payment.bank_answers import bank_report_store, reason_words, status_effects
from invoicing.payment.bank_answers.bank_report_store import BankFile, BankReportResult
from invoicing.payment.bank_files.movements import BankFileUnreadable
from invoicing.payment.bank_files.told import Reason
from invoicing.payment.proposal_store import Proposal
from tests.support.stories.bank_writes import Line, account, back, paid, status_report
from tests.support.stories.paying import ATTESTER, NOW, PayDesk
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

REFERENCE, OTHER = "100000101", "100000102"
FEBRUARY, MARCH, LATER = date(2026, 2, 3), date(2026, 3, 5), date(2026, 3, 9)
FIRST, SECOND, THIRD = (f"RM30000001-0000{place}" for place in (1, 2, 3))
_R = BankReportResult


def three_invoices(system: System) -> None:
    """Two suppliers with three months received, each invoiced."""
    for reference, supplier in ((REFERENCE, FYRBAKEN), (OTHER, LARKDRILLEN)):
        system.decide(reference, supplier=supplier)
        system.report(reference, "2026-01", on=date(2026, 2, 2))
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=FEBRUARY)
    system.send_invoice(system.order(OTHER).number, number="L-1", on=FEBRUARY)
    system.send_invoice(system.order(REFERENCE).number, "002", number="F-2", on=date(2026, 3, 3))


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=three_invoices) as system:
        yield system


@pytest.fixture
def desk(system: System) -> PayDesk:
    desk = PayDesk(system)
    desk.give_right()
    return desk


@pytest.fixture
def sent(desk: PayDesk) -> Proposal:
    """All three left for the bank as one file."""
    proposal = desk.propose(on=date(2026, 4, 2))
    desk.attest(proposal, by=ATTESTER)
    assert [each.end_to_end for each in desk.export(proposal).transfers] == [FIRST, SECOND, THIRD]
    return proposal


def states(desk: PayDesk, proposal: Proposal) -> list[str]:
    return [item.state for item in desk.items(proposal)]


def outcomes(file: BankFile) -> list[BankReportResult]:
    return [each.outcome for each in file.told]


@pytest.mark.parametrize("version", ["03", "09", "10", "14"])
def test_one_of_three_refused_is_due_again_and_the_batch_books_the_two(
    system: System, desk: PayDesk, sent: Proposal, version: str
) -> None:
    words = "Konto 1234 saknas"
    told = desk.bank_says(status_report((THIRD, "RJCT", "AC01"), version=version, words=words), on=LATER)
    assert outcomes(told) == [_R.REFUSED]
    (finding,) = told.told
    assert "account number is wrong or does not exist (AC01), “Konto 1234 saknas”" in finding.sentence.en
    assert "Fyrbåken Exempel AB, F-2" in finding.sentence.en
    assert states(desk, sent) == ["EXPORTED", "EXPORTED", "REFUSED"]
    again = desk.propose(on=date(2026, 4, 2))
    assert [each.invoice_id for each in desk.items(again)] == [desk.items(sent)[2].invoice_id]
    with pytest.raises(StepRefused, match="“Attested”"):
        desk.export(again)  # nobody has attested it since
    batch = Line("4750.00", batch="RM30000001", count="2")
    assert outcomes(desk.bank_says(account(batch), on=LATER)) == [_R.PAID]
    assert states(desk, sent) == ["PAID", "PAID", "REFUSED"]
    assert desk.state(sent) == "PAID"


def test_a_whole_file_refused_frees_everything_and_its_proposal_is_not_called_paid(
    system: System, desk: PayDesk, sent: Proposal
) -> None:
    told = desk.bank_says(status_report(group="RJCT", reason="DU01"), on=LATER)
    assert outcomes(told) == [_R.REFUSED] * 3
    assert all("number of the file was used before (DU01)" in each.sentence.en for each in told.told)
    assert (states(desk, sent), desk.state(sent)) == (["REFUSED"] * 3, "REFUSED")
    assert len(desk.items(desk.propose(on=date(2026, 4, 2)))) == 3


def test_what_stands_at_the_payment_counts_before_what_stands_at_the_file(
    desk: PayDesk, sent: Proposal
) -> None:
    told = desk.bank_says(
        status_report((FIRST, "ACSP", ""), (SECOND, "RJCT", "AC06"), (THIRD, "PDNG", ""), group="PART"),
        on=LATER,
    )
    assert outcomes(told) == [_R.ACCEPTED, _R.REFUSED, _R.PENDING]
    assert states(desk, sent) == ["EXPORTED", "REFUSED", "EXPORTED"]
    assert [item.bank_status for item in desk.items(sent)] == ["ACSP", "RJCT", "PDNG"]
    order = desk.bank_says(status_report((FIRST, "ACCP", ""), order="RJCT", reason="FF01"), on=LATER)
    assert outcomes(order) == [_R.ACCEPTED, _R.REPEAT, _R.REFUSED]


@pytest.mark.parametrize("code", sorted(status_effects.ACCEPTED | status_effects.WAITING))
def test_an_accepted_file_is_seen_as_accepted_and_nothing_is_paid(
    system: System, desk: PayDesk, sent: Proposal, code: str
) -> None:
    told = desk.bank_says(status_report(group=code), on=LATER)
    assert outcomes(told) == [_R.ACCEPTED if code in status_effects.ACCEPTED else _R.PENDING]
    assert not any(each.is_open for each in told.told)
    assert states(desk, sent) == ["EXPORTED"] * 3
    assert {item.bank_status for item in desk.items(sent)} == {code}
    assert status_effects.STATUS_WORDS[code].sv


def test_a_refusal_without_a_reason_has_the_reason_of_the_whole(desk: PayDesk, sent: Proposal) -> None:
    told = desk.bank_says(
        status_report((FIRST, "RJCT", ""), (SECOND, "RJCT", "AC04"), order="RJCT", reason="AM04"), on=LATER
    )
    said = [each.sentence.en for each in told.told]
    assert ["(AM04)" in each for each in said] == [True, False, True]
    assert "(AC04)" in said[1]


def test_a_report_of_a_file_we_have_not_sent_changes_nothing(
    system: System, desk: PayDesk, sent: Proposal
) -> None:
    for original in ("RM30000007", "LON-2026-03"):
        with pytest.raises(BankFileUnreadable, match="was not sent from here"):
            desk.bank_says(status_report(group="RJCT", original=original), on=LATER)
    with system.database.reading() as session:
        assert bank_report_store.files(session) == []
    assert states(desk, sent) == ["EXPORTED"] * 3


def test_a_payment_that_is_not_in_the_file_and_a_status_nobody_knows_are_for_a_person(
    desk: PayDesk, sent: Proposal
) -> None:
    told = desk.bank_says(
        status_report(("RM30000001-00009", "RJCT", "AC01"), (FIRST, "BLCK", ""), (SECOND, "XXXX", "")),
        on=LATER,
    )
    assert sorted(outcomes(told)) == [_R.UNKNOWN] * 3
    assert all(each.is_open for each in told.told)
    assert states(desk, sent) == ["EXPORTED"] * 3


def test_refused_twice_is_one_effect_and_booked_all_the_same_is_told(
    system: System, desk: PayDesk, sent: Proposal
) -> None:
    desk.bank_says(status_report((FIRST, "RJCT", "AC04")), on=LATER)
    again = desk.bank_says(status_report((FIRST, "RJCT", "AC04"), version="10"), on=LATER)
    assert outcomes(again) == [_R.REPEAT]
    told = desk.bank_says(account(paid((FIRST, "2375.00"))), on=LATER)
    assert outcomes(told) == [_R.BOOKED_AFTER_REFUSED]
    assert "Wait until the money has come back" in told.told[0].sentence.en
    assert states(desk, sent)[0] == "REFUSED"


def test_the_whole_file_booked_although_one_was_refused_pays_the_others_and_its_return_is_known(
    desk: PayDesk, sent: Proposal
) -> None:
    desk.bank_says(status_report((FIRST, "RJCT", "AC04")), on=LATER)
    whole = desk.bank_says(account(Line("7125.00", batch="RM30000001")), on=LATER)
    assert outcomes(whole) == [_R.BOOKED_AFTER_REFUSED]
    assert states(desk, sent) == ["REFUSED", "PAID", "PAID"]
    assert outcomes(desk.bank_says(account(back(FIRST, "2375.00")), on=LATER)) == [_R.REPEAT]


def test_refused_after_it_was_booked_asks_for_two_people(desk: PayDesk, sent: Proposal) -> None:
    desk.bank_says(account(paid((FIRST, "2375.00"))), on=LATER)
    told = desk.bank_says(status_report((FIRST, "RJCT", "AC04")), on=LATER)
    assert outcomes(told) == [_R.RETURNED_AFTER_PAID]
    assert states(desk, sent)[0] == "PAID"


def test_the_attest_of_what_was_refused_is_no_attest_of_what_is_paid_again(
    system: System, desk: PayDesk, sent: Proposal
) -> None:
    desk.bank_says(status_report(group="RJCT", reason="FF01"), on=LATER)
    again = desk.propose(on=date(2026, 4, 2))
    assert {item.attest_id for item in desk.items(again)} == {None}
    for item in desk.items(again):
        with system.database.writing() as session:
            worklist.comment(session, WorkKind.DOCUMENT, item.invoice_id, "Rättat.", by=ATTESTER, at=NOW)
    with pytest.raises(AttestRefused, match="decided about the invoice"):
        desk.attest(again, by=ATTESTER)


def test_every_reason_has_words_in_both_languages_and_an_unknown_one_is_shown_as_it_is() -> None:
    for code, words in reason_words.REASONS.items():
        assert words.sv != words.en
        said = reason_words.sentence([Reason(code)])
        assert f"({code})" in said.sv
        assert f"({code})" in said.en
    assert reason_words.sentence([Reason("XX99", "Ring oss")]).sv == "Bankens skäl: kod XX99, ”Ring oss”."
    assert reason_words.sentence([]).en == "The bank does not say why."
    assert "850709" not in reason_words.sentence([Reason("AC01", "Anna 19850709-9805 finns inte")]).sv
