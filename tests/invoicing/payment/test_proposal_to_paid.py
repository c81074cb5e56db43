"""From a proposal to paid: two people, limits, files that are the same twice, and the bank that has the last word."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from foundation.money import Money
from foundation.transitions import StepRefused
from invoicing.decisions import protected_store
from invoicing.decisions.protected_store import ProtectedState
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.payment import export as payment_export
from invoicing.payment import export_store, payable_store, payment, payment_store, proposals
from invoicing.payment import tables as payment_tables
from invoicing.payment.attest_right_store import Reach, RightRefused
from invoicing.payment.attest_rights import AttestRefused
from invoicing.payment.attestation import ChangedSinceAttest
from invoicing.payment.bank_answers import bank_report_store, bank_reports
from invoicing.payment.bank_answers.bank_report_store import BankReportResult
from invoicing.payment.bank_files.movements import BankFileUnreadable
from invoicing.payment.export_store import FileKind
from invoicing.payment.payable import PayableKind
from invoicing.payment.runs.making import NothingToPay
from invoicing.payment.transfers import ItemState
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from orders.register import store as register_store
from orders.register.parties import AccountScheme, PaymentAccount
from peppol.documents import billing
from peppol.exchange import inbox_store
from peppol.xml import codec
from tests.support.stories.paying import (
    ADMINISTRATOR,
    ATTESTER,
    DEBTOR,
    NOW,
    OFFICER,
    SECOND,
    PayDesk,
    notice,
)
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system, example_register

REFERENCE, OTHER = "100000101", "100000102"
FEBRUARY, MARCH = date(2026, 2, 3), date(2026, 3, 5)


def a_month_of_two_suppliers(system: System) -> None:
    """Two suppliers, each with a month received."""
    for reference, supplier in ((REFERENCE, FYRBAKEN), (OTHER, LARKDRILLEN)):
        system.decide(reference, supplier=supplier)
        system.report(reference, "2026-01", on=date(2026, 2, 2))


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=a_month_of_two_suppliers) as system:
        yield system


@pytest.fixture
def desk(system: System) -> PayDesk:
    return PayDesk(system)


@pytest.fixture
def accepted(system: System) -> SupplierInvoice:
    return system.send_invoice(system.order(REFERENCE).number, number="F-1", on=FEBRUARY)


def test_a_proposal_becomes_paid_when_the_bank_says_so_and_not_before(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    assert (proposal.number, desk.state(proposal)) == ("30000001", "DRAFT")
    assert desk.attest(proposal).state == "ATTESTED"
    plan = desk.export(proposal)
    assert [(each.end_to_end, each.amount) for each in plan.transfers] == [
        ("RM30000001-00001", Money.of("2375.00"))
    ]
    invoice = system.invoice(accepted.id)
    assert (invoice.state, system.answers(invoice)) == (InvoiceState.ACCEPTED, ["AP"])
    assert system.pay(on=date(2026, 12, 31)) == []
    told = desk.bank_says(notice(("RM30000001-00001", "2375.00")), on=date(2026, 3, 6))
    assert [each.outcome for each in told.told] == [BankReportResult.PAID]
    invoice = system.invoice(accepted.id)
    assert (invoice.state, invoice.paid_on, system.answers(invoice)) == (
        InvoiceState.PAID,
        MARCH,
        ["AP", "PD"],
    )
    assert desk.state(proposal) == "PAID"


def test_the_same_file_twice_and_the_statement_after_the_notice_are_one_effect(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal)
    desk.export(proposal)
    file = notice(("RM30000001-00001", "2375.00"))
    first, again = desk.bank_says(file, on=MARCH), desk.bank_says(file, on=MARCH)
    assert (first.repeated, again.repeated, again.id) == (False, True, first.id)
    statement = notice(("RM30000001-00001", "2375.00"), message="camt.053.001.02")
    assert [each.outcome for each in desk.bank_says(statement, on=MARCH).told] == [BankReportResult.REPEAT]
    assert system.answers(system.invoice(accepted.id)) == ["AP", "PD"]


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        (notice(("RM30000001-00001", "2375.01")), BankReportResult.AMOUNT),
        (notice(("RM30000001-00009", "2375.00")), BankReportResult.UNKNOWN),
        (notice(("SOMEBODY-ELSE", "2375.00")), BankReportResult.NOT_OURS),
        (notice(("RM30000001-00001", "2375.00"), status="PDNG"), BankReportResult.NOT_BOOKED),
        (notice(("RM30000001-00001", "2375.00"), direction="CRDT"), BankReportResult.RETURNED),
    ],
)
def test_what_does_not_agree_pays_nothing_and_is_shown(
    system: System, desk: PayDesk, accepted: SupplierInvoice, told: bytes, outcome: BankReportResult
) -> None:
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal)
    desk.export(proposal)
    (entry,) = desk.bank_says(told, on=MARCH).told
    assert entry.outcome is outcome
    quiet = (BankReportResult.NOT_OURS, BankReportResult.NOT_BOOKED)
    assert entry.is_open is (outcome not in quiet)
    assert system.invoice(accepted.id).state is InvoiceState.ACCEPTED
    if entry.is_open:
        assert entry.sentence.sv != entry.sentence.en
        with system.database.writing() as session:
            bank_reports.handle(session, entry.id, by=OFFICER, note="Ringde banken.")
        with system.database.reading() as session:
            assert bank_report_store.open_findings(session) == []
    if outcome is BankReportResult.RETURNED:
        assert desk.propose(on=MARCH).number == "30000002"


def test_a_batch_without_its_payments_pays_them_all(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    system.send_invoice(system.order(OTHER).number, number="F-2", on=FEBRUARY)
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal)
    total = sum(each.amount.amount for each in desk.export(proposal).transfers)
    parts = b"<NtryDtls><Btch><PmtInfId>RM30000001</PmtInfId></Btch></NtryDtls>"
    file = notice(("X", str(total)))
    whole = file[: file.index(b"<NtryDtls>")] + parts + file[file.index(b"</NtryDtls>") + 11 :]
    assert [each.outcome for each in desk.bank_says(whole, on=MARCH).told] == [BankReportResult.PAID]
    assert system.invoice(accepted.id).state is InvoiceState.PAID
    assert desk.state(proposal) == "PAID"


def test_a_table_of_paid_rows_does_as_well(system: System, desk: PayDesk, accepted: SupplierInvoice) -> None:
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal)
    desk.export(proposal)
    table = "end_to_end;amount;currency;booked_on\r\nRM30000001-00001;2 375,00;SEK;2026-03-05\r\n"
    assert [each.outcome for each in desk.bank_says(table.encode(), on=MARCH).told] == [BankReportResult.PAID]


@pytest.mark.parametrize(
    "body",
    [
        b"<Invoice/>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><Document>&b;</Document>",
        notice(("A", "1.00"), message="camt.052.001.02"),
        notice(("A", "1.00")).replace(b"<Sts>BOOK</Sts>", b""),
        notice(("A", "1.00")).replace(b"DBIT", b"BOTH"),
        b"a;b\n1;2\n",
        b"end_to_end;amount;currency;booked_on\nRM1;NaN;SEK;2026-03-05\n",
        b"\xff\xfe\x00",
        b"",
    ],
)
def test_a_file_that_is_none_is_refused_with_a_sentence_and_changes_nothing(
    system: System, desk: PayDesk, body: bytes
) -> None:
    with pytest.raises(BankFileUnreadable) as refusal:
        desk.bank_says(body, on=MARCH)
    assert refusal.value.text.sv != refusal.value.text.en
    with system.database.reading() as session:
        assert bank_report_store.files(session) == []


# Two people ------------------------------------------------------------------------------------


def test_who_prepared_attests_nothing_not_even_in_anothers_place(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    desk.give_right(OFFICER)
    desk.give_right(ATTESTER)
    proposal = desk.propose(on=MARCH, by=OFFICER)
    with pytest.raises(AttestRefused, match="does not attest it"):
        desk.attest(proposal, by=OFFICER)
    assert desk.state(proposal) == "DRAFT"
    with pytest.raises(StepRefused):
        desk.export(proposal)


def test_the_database_itself_refuses_one_person_alone(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    item = payment_tables.payment_item
    alone = {"state": "ATTESTED", "attested_by": OFFICER, "attest_id": None}
    for values in (alone, {**alone, "attested_by": None}, {"prepared_by": "user-99"}):
        with pytest.raises(IntegrityError), system.database.writing() as session:
            session.execute(update(item).values(**values))
    desk.attest(proposal)
    own = {
        "invoice_id": accepted.id,
        "proposal": proposal.number,
        "prepared_by": OFFICER,
        "by_person": OFFICER,
        "right_id": 1,
        "right_of": OFFICER,
        "on_day": MARCH,
        "at": NOW,
        "amount": Decimal("1.00"),
        "fingerprint": "0" * 64,
    }
    with pytest.raises(IntegrityError), system.database.writing() as session:
        session.execute(insert(payment_tables.attest), own)
    with pytest.raises(DBAPIError, match="append-only"), system.database.writing() as session:
        session.execute(update(payment_tables.attest).values(by_person="user-99"))


def test_above_the_limit_another_attests_the_rest(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    system.report(REFERENCE, "2026-03", on=date(2026, 4, 2))
    dear = system.send_invoice(accepted.order_number, "003", number="F-2", on=date(2026, 4, 3))
    desk.give_right(ATTESTER, "2375.00")
    desk.give_right(SECOND, "2612.50")
    proposal = desk.propose(on=date(2026, 5, 3))
    result = desk.attest(proposal, by=ATTESTER)
    assert (len(result.items), result.state) == (1, "DRAFT")
    ((_, reason),) = result.refused
    assert dear.number in reason.text.en
    assert "2,375.00" in reason.text.en
    assert "2 375,00" in reason.text.sv
    assert desk.attest(proposal, by=SECOND).state == "ATTESTED"


def test_rights_reach_as_far_as_their_scope_and_days(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    proposal = desk.propose(on=MARCH)
    for reach in (Reach(supplier=LARKDRILLEN), Reach(article="RESULT"), Reach(delivery_area="LO-SYD")):
        desk.give_right(ATTESTER, reach=reach)
    with pytest.raises(AttestRefused, match="does not cover"):
        desk.attest(proposal)
    desk.give_right(SECOND, until=date(2026, 3, 4))
    with pytest.raises(AttestRefused, match="no right"):
        desk.attest(proposal, by=SECOND)
    desk.give_right(ATTESTER, reach=Reach(supplier=FYRBAKEN, article="BASIC", delivery_area="LO-NORD"))
    assert desk.attest(proposal).state == "ATTESTED"


def test_nobody_gives_themselves_a_right(desk: PayDesk) -> None:
    with pytest.raises(RightRefused, match="Nobody"):
        desk.give_right(ADMINISTRATOR)


# What changes afterwards -------------------------------------------------------------------------


def test_a_change_of_the_account_drops_the_attest(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    desk.give_right()
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal)
    with system.database.reading() as session:
        register = register_store.load(session)
    supplier = register.supplier(FYRBAKEN)
    moved = replace(supplier, payment_accounts=(PaymentAccount(AccountScheme.BANKGIRO, "9912346"),))
    others = tuple(each for each in register.suppliers if each != supplier)
    system.change_register(replace(register, suppliers=(*others, moved)))
    with pytest.raises(ChangedSinceAttest, match="attested again"):
        desk.export(proposal)
    assert len(desk.drop_changed(proposal).dropped) == 1
    assert desk.state(proposal) == "DRAFT"
    (item,) = desk.items(proposal)
    assert (item.state, item.account.number) == (ItemState.PROPOSED, "9912346")
    desk.attest(proposal)
    desk.export(proposal)
    assert b"<Id>9912346</Id>" in desk.file(proposal)


def test_an_invoice_credited_after_the_attest_is_taken_out(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    second = system.send_invoice(system.order(OTHER).number, number="F-2", on=FEBRUARY)
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal)
    credited = system.send_bytes(_credit_of(system, accepted), on=date(2026, 2, 20))
    assert credited.state is InvoiceState.SETTLED
    with pytest.raises(ChangedSinceAttest):
        desk.export(proposal)
    dropped = desk.drop_changed(proposal)
    assert [each.invoice_id for each in dropped.taken_out] == [accepted.id]
    assert desk.state(proposal) == "ATTESTED"
    assert [each.parts[0].number for each in desk.export(proposal).transfers] == [second.number]


def _credit_of(
    system: System, document: SupplierInvoice, number: str = "K-1", on: date = date(2026, 2, 20)
) -> bytes:
    with system.database.reading() as session:
        body = inbox_store.body_of(session, document.letter_id)
    assert body is not None
    invoice = codec.parse(billing.Invoice, body)
    return codec.serialise(flipping.credit_note_of(invoice, given=Numbered(number, on)))


# Credits of what was paid -------------------------------------------------------------------------


def test_a_credit_of_a_paid_invoice_is_taken_off_the_suppliers_next_payment(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    system.pay(on=MARCH)
    system.send_bytes(_credit_of(system, accepted), on=date(2026, 3, 6))
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    system.report(REFERENCE, "2026-03", on=date(2026, 4, 2))
    for line, day in (("002", date(2026, 3, 9)), ("003", date(2026, 4, 9))):
        system.send_invoice(accepted.order_number, line, number=f"F-{line}", on=day)
    desk.give_right()
    proposal = desk.propose(on=date(2026, 5, 29))
    desk.attest(proposal)
    plan = desk.export(proposal)
    assert [(str(each.amount.amount), len(each.parts)) for each in plan.transfers] == [
        ("2375.00", 1),
        ("237.50", 2),
    ]
    body = desk.file(proposal)
    assert b"<Cd>CREN</Cd>" in body
    assert body.count(b"<CdtTrfTxInf>") == 2
    paid = [(each.end_to_end, str(each.amount.amount)) for each in plan.transfers]
    told = desk.bank_says(notice(*paid, day="2026-05-29"), on=date(2026, 5, 29))
    assert {each.outcome for each in told.told} == {BankReportResult.PAID}
    with system.database.reading() as session:
        assert payment_store.claims(session) == []


def test_a_credit_larger_than_the_payment_waits(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    system.pay(on=MARCH)
    system.send_bytes(_credit_of(system, accepted), on=date(2026, 3, 6))
    system.interrupt(REFERENCE, on=date(2026, 3, 9), last_day=date(2026, 3, 9))
    system.report(REFERENCE, "2026-03", on=date(2026, 4, 2))
    system.send_invoice(accepted.order_number, "003", number="F-3", on=date(2026, 4, 3))
    proposal = desk.propose(on=date(2026, 5, 29))
    assert [each.kind for each in desk.items(proposal)] == ["INVOICE"]
    with system.database.reading() as session:
        assert len(payment_store.claims(session)) == 1


def test_a_credit_is_known_by_the_credit_note_that_made_it(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    """The supplier looks for its credit notes, each by its own number and day."""
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    other = system.send_invoice(accepted.order_number, "002", number="F-2", on=date(2026, 3, 3))
    system.pay(on=date(2026, 4, 2))
    for document, number, day in ((accepted, "K-1", date(2026, 4, 7)), (other, "K-2", date(2026, 4, 8))):
        system.send_bytes(_credit_of(system, document, number, day), on=day)
    with system.database.reading() as session:
        keys = [(each.id, PayableKind.CREDIT) for each in (accepted, other)]
        found = payable_store.load(session, register_store.load(session), keys, pay_on=date(2026, 5, 1))
        invoice = payable_store.load(
            session, register_store.load(session), [(other.id, PayableKind.INVOICE)], pay_on=date(2026, 5, 1)
        )
    assert [(each.number, each.issued_on) for each in found.values()] == [
        ("K-1", date(2026, 4, 7)),
        ("K-2", date(2026, 4, 8)),
    ]
    assert [(each.number, each.issued_on) for each in invoice.values()] == [("F-2", date(2026, 3, 3))]


def test_a_credit_that_has_no_room_when_the_file_is_made_waits_for_the_next(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    system.pay(on=MARCH)
    system.send_bytes(_credit_of(system, accepted), on=date(2026, 3, 6))
    system.report(REFERENCE, "2026-03", on=date(2026, 4, 2))
    large = system.send_invoice(accepted.order_number, "003", number="F-3", on=date(2026, 4, 3))
    system.send_invoice(system.order(OTHER).number, number="F-4", on=FEBRUARY)
    desk.give_right()
    proposal = desk.propose(on=date(2026, 5, 29))
    claim, invoice = (
        next(each for each in desk.items(proposal) if each.key == key)
        for key in ((accepted.id, PayableKind.CREDIT), (large.id, PayableKind.INVOICE))
    )
    with system.database.writing() as session:
        proposals.take_out(session, invoice.id, by=OFFICER)
    desk.attest(proposal)
    plan = desk.export(proposal)
    assert [each.part.item_id for each in plan.left_out] == [claim.id]
    assert [[part.number for part in each.parts] for each in plan.transfers] == [["F-4"]]
    (left,) = [each for each in desk.items(proposal) if each.id == claim.id]
    assert (left.state, left.why) == (ItemState.TAKEN_OUT, "NO_ROOM")
    again = desk.propose(on=date(2026, 5, 29))
    assert {each.key for each in desk.items(again)} == {claim.key, invoice.key}


# Files --------------------------------------------------------------------------------------------


def test_a_second_download_is_the_same_file_and_the_file_cannot_be_made_twice(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal)
    desk.export(proposal)
    for kind in (FileKind.PAIN001, FileKind.PAYMENTS_CSV, FileKind.PAYMENTS_XLSX):
        assert desk.file(proposal, kind) == desk.file(proposal, kind)
    with pytest.raises(StepRefused):
        desk.export(proposal)
    assert desk.file(proposal, FileKind.PAYMENTS_CSV).startswith(b"\xef\xbb\xbfend_to_end;")
    with system.database.reading() as session:
        names = {each.kind: each.name for each in export_store.about(session, proposal.number)}
    assert names == {
        FileKind.PAIN001: "betalningar-2026-03-05-30000001.xml",
        FileKind.PAYMENTS_CSV: "betalningar-2026-03-05-30000001.csv",
        FileKind.PAYMENTS_XLSX: "betalningar-2026-03-05-30000001.xlsx",
    }


def test_what_is_withdrawn_is_proposed_again(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    proposal = desk.propose(on=MARCH)
    with pytest.raises(NothingToPay):
        desk.propose(on=MARCH)
    with system.database.writing() as session:
        proposals.withdraw(session, proposal.number, by=OFFICER)
    assert desk.propose(on=MARCH).number == "30000002"


def test_paying_by_hand_keeps_to_the_limits_and_to_what_lies_in_no_proposal(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    desk.give_right("attester-1", "2374.99")
    with pytest.raises(AttestRefused, match="above your limit"):
        system.pay(on=MARCH)
    desk.give_right("attester-1", "2375.00")
    desk.propose(on=MARCH)
    with pytest.raises(payment.InProposal), system.database.writing() as session:
        payment.pay(
            session, example_register(), [accepted], prepared_by="a", attested_by="attester-1", today=MARCH
        )


def test_files_made_ahead_are_made_anew_when_a_document_has_been_set_apart_since(
    system: System, desk: PayDesk
) -> None:
    """What names somebody leaves under another name, also where it was set apart after the file had been prepared."""
    person = "121212-1212"
    invoice = system.send_invoice(system.order(REFERENCE).number, number=person, on=FEBRUARY)
    desk.give_right()
    with system.database.writing() as session:
        protected_store.move(session, invoice.id, ProtectedState.CLEARED)
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal)
    with system.database.reading() as session:
        register = register_store.load(session)
        ahead = payment_export.prepare(session, register, proposal.number, debtor=DEBTOR)
    with system.database.writing() as session:
        protected_store.move(session, invoice.id, ProtectedState.APART)
    with system.database.writing() as session:
        payment_export.export(
            session, register, proposal.number, debtor=DEBTOR, by=OFFICER, now=NOW, prepared=ahead
        )
    (table,) = [body for kind, *_, body in ahead.files if kind is FileKind.PAYMENTS_CSV]
    assert person.encode() in table
    assert person.encode() not in desk.file(proposal, FileKind.PAYMENTS_CSV)
