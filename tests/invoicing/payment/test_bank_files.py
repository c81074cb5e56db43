"""The bank's files: written as the Swedish banks read them, golden to the byte, and read back whatever order."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.money import Money
from foundation.spreadsheets import Dialect, csv_of
from invoicing.payment.bank_files import movements
from invoicing.payment.bank_files.banks import BankName, PainVersion
from invoicing.payment.bank_files.pain001 import CreditTransfer
from invoicing.payment.files import COLUMNS, BankWishesUnmet, Debtor, NoDebtorAccount, pain001, plain, rows
from invoicing.payment.payable import PayableKind, ocr_of
from invoicing.payment.transfers import ToSend, Transfer, TransferPart, netted
from orders.register.parties import AccountScheme, Address, PaymentAccount
from peppol.xml import gate, iso20022
from peppol.xml.gate_errors import GateRefused
from tests.support.project import GOLDEN
from tests.support.stories.bills_in_words import INVOICE
from tests.support.stories.in_words import xml
from tests.support.stories.paying import DEBTOR, notice
from tests.support.stories.system import example_register

BANKGIRO = PaymentAccount(AccountScheme.BANKGIRO, "5999107")
PLUSGIRO = PaymentAccount(AccountScheme.PLUSGIRO, "9912346")
IBAN = PaymentAccount(AccountScheme.IBAN, "SE3550000000054910000003")
ADDRESS = Address("Hamngatan 1", "Exempelstad", "123 45")
DANSKE = Debtor("SE4550000000058398257466", "DABASESX", "5D4711", BankName.DANSKE)
SWEDBANK = Debtor("SE4550000000058398257466", "SWEDSESS", "062021002114B001", BankName.SWEDBANK)
CREATED = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)


def to_send(
    place: int,
    number: str,
    amount: str,
    *,
    account: PaymentAccount = BANKGIRO,
    kind: PayableKind = PayableKind.INVOICE,
    reference: str = "",
) -> ToSend:
    part = TransferPart(place, kind, number, date(2026, 2, 3), Money.of(amount), reference)
    return ToSend(part, "5599991014", "Fyrbåken Jobb & Väg AB – Nord", account, ADDRESS)


EVERY_WAY = [
    to_send(1, "F-1", "2375.00", reference="1234566"),
    to_send(2, "F/2 (nov)", "100.10", account=PLUSGIRO),
    to_send(3, "F-3", "0.90", account=IBAN),
    to_send(4, "F-4", "900.00"),
    to_send(5, "K-5", "2500.00", kind=PayableKind.CREDIT),
    to_send(6, "F-6", "61.50", account=PLUSGIRO, reference="KUND77-881"),
    to_send(7, "F-7", "12.00", account=IBAN, reference="RF18 5390 0754 7034"),
    to_send(8, "F-8", "13.00", account=IBAN, reference="1234566"),
]


def written(items: list[ToSend], *, debtor: Debtor = DEBTOR) -> bytes:
    return pain001(
        example_register().buyer,
        debtor,
        netted(items, message_id="RM30000001").transfers,
        message_id="RM30000001",
        pay_on=date(2026, 3, 5),
        created=CREATED,
    )


def test_every_way_of_paying_is_written_as_it_always_was() -> None:
    body = written(EVERY_WAY)
    golden("pain001.xml", body)
    assert body == written(list(reversed(EVERY_WAY)))


@pytest.mark.parametrize("version", PainVersion)
@pytest.mark.parametrize("bank", [DANSKE, SWEDBANK], ids=["danske", "swedbank"])
def test_each_framework_bank_has_its_file_in_either_version(bank: Debtor, version: PainVersion) -> None:
    body = written(EVERY_WAY, debtor=replace(bank, version=version))
    golden(f"pain001-{bank.bank}-{version}.xml", body)
    assert f"pain.001.001.{version}".encode() in body


def golden(name: str, body: bytes) -> None:
    """The bytes are those of the file; `BILLING_WRITE_GOLDEN=1` writes it instead."""
    if os.environ.get("BILLING_WRITE_GOLDEN"):
        (GOLDEN / name).write_bytes(body)
    assert body == (GOLDEN / name).read_bytes()


def test_both_versions_say_the_same_but_for_the_day_and_the_bic() -> None:
    third, ninth = (written(EVERY_WAY, debtor=replace(DANSKE, version=each)).decode() for each in PainVersion)
    turned = third.replace("pain.001.001.03", "pain.001.001.09").replace("BIC>", "BICFI>")
    day = "<ReqdExctnDt>2026-03-05</ReqdExctnDt>"
    assert turned.replace(day, "<ReqdExctnDt><Dt>2026-03-05</Dt></ReqdExctnDt>") == ninth


def test_the_version_is_the_banks_where_none_is_set() -> None:
    assert {each.pain_version for each in (DEBTOR, DANSKE, SWEDBANK)} == {PainVersion.V03}
    assert replace(DANSKE, version=PainVersion.V09).pain_version is PainVersion.V09


@pytest.mark.parametrize(
    ("bank", "bic", "customer", "setting"),
    [
        (BankName.SWEDBANK, "SWEDSESS", "12345", "BILLING_DEBTOR_CUSTOMER_ID"),
        (BankName.SWEDBANK, "ESSESESS", "062021002114B001", "BILLING_DEBTOR_BIC"),
        (BankName.DANSKE, "DABASESX", "", "BILLING_DEBTOR_CUSTOMER_ID"),
        (BankName.DANSKE, "SWEDSESS", "5D4711", "BILLING_DEBTOR_BIC"),
    ],
)
def test_a_setting_that_the_bank_would_refuse_makes_no_file(
    bank: BankName, bic: str, customer: str, setting: str
) -> None:
    with pytest.raises(BankWishesUnmet, match=setting):
        Debtor(DEBTOR.iban, bic, customer, bank)


def test_an_address_is_whole_or_left_out() -> None:
    item = to_send(1, "F-1", "1.00")
    assert b"<PstlAdr><PstCd>123 45</PstCd><TwnNm>Exempelstad</TwnNm><Ctry>SE</Ctry></PstlAdr>" in written(
        [item]
    )
    for nowhere in (None, Address("Gatan 1", "\u6f22", "123 45"), Address("Gatan 1", "Orten", "\u6f22")):
        assert b"PstlAdr" not in written([replace(item, address=nowhere)])


@pytest.mark.parametrize(
    ("account", "given", "said"),
    [
        (BANKGIRO, "KUND77-881", "<Ustrd>KUND77-881</Ustrd>"),
        (BANKGIRO, "1234567", "<Ustrd>1234567</Ustrd>"),
        (BANKGIRO, "12 3456-6", "<Ref>1234566</Ref>"),
        (PLUSGIRO, "1234566", "<Ref>1234566</Ref>"),
        (IBAN, "1234566", "<Ustrd>1234566</Ustrd>"),
        (IBAN, "RF18 5390 0754 7034", "<Issr>ISO</Issr></Tp><Ref>RF18539007547034</Ref>"),
        (BANKGIRO, "RF18539007547034", "<Ustrd>RF18539007547034</Ustrd>"),
        (IBAN, "RF19539007547034", "<Ustrd>RF19539007547034</Ustrd>"),
        (BANKGIRO, "", "<Ustrd>F-1</Ustrd>"),
    ],
)
def test_the_reference_is_the_suppliers_and_the_number_only_where_there_is_none(
    account: PaymentAccount, given: str, said: str
) -> None:
    body = written([to_send(1, "F-1", "1.00", account=account, reference=given)]).decode()
    assert said in body
    assert ("F-1" in body) is (given == "")


def test_words_asked_for_go_with_each_of_several_documents() -> None:
    credit = to_send(2, "K-2", "50.00", kind=PayableKind.CREDIT)
    body = written([to_send(1, "F-1", "100.00", reference="KUND77-881"), credit]).decode()
    assert "<Nb>F-1</Nb>" in body
    assert "<AddtlRmtInf>KUND77-881</AddtlRmtInf>" in body


def test_what_is_written_reads_back() -> None:
    document = iso20022.parse(CreditTransfer, written(EVERY_WAY))
    (order,) = document.payments
    assert (order.count, order.sum, order.execute_on) == ("6", Decimal("962.50"), date(2026, 3, 5))
    assert iso20022.serialise(document) == written(EVERY_WAY)
    schemes = [each.account.id.other.scheme for each in order.transfers if each.account.id.other]
    giros = [(None, "BGNR"), ("BBAN", None), ("BBAN", None)]
    assert [(each.code, each.proprietary) for each in schemes if each] == giros


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<PmtMtd>TRF", b"<PmtMtd>CHK"),
        (b"SESBA", b"SEXXX"),
        (b">2375.00<", b">2375.001<"),
        (b"SCOR", b"DISP"),
        (b"<TwnNm>Exempelstad</TwnNm>", b""),
        (b"<PstCd>123 45</PstCd><TwnNm>Exempelstad</TwnNm>", b""),
    ],
)
def test_what_the_schema_does_not_allow_does_not_pass(before: bytes, after: bytes) -> None:
    body = written(EVERY_WAY)
    assert before in body
    with pytest.raises(iso20022.BankFileRefused, match="följer inte schemat"):
        iso20022.parse(CreditTransfer, body.replace(before, after))


def test_an_account_that_is_none_makes_no_file() -> None:
    for number, bic in (("", ""), ("SE4550000000058398257467", "ESSESESS"), (DEBTOR.iban, "X")):
        with pytest.raises(NoDebtorAccount):
            Debtor(number, bic)


def test_the_gate_keeps_the_two_families_apart() -> None:
    with pytest.raises(GateRefused):
        gate.admit(written(EVERY_WAY))
    hidden = notice(("A", "1.00")).replace(b"<BkTxCd>", b'<BkTxCd><x:a xmlns:x="urn:x"/>')
    with pytest.raises(movements.BankFileUnreadable, match="bank"):
        movements.read_file(hidden)
    with pytest.raises(GateRefused, match="GATE-KIND"):
        iso20022.opened(xml(INVOICE))


@pytest.mark.parametrize(
    ("reference", "account", "ocr"),
    [
        ("1234566", BANKGIRO, "1234566"),
        ("12 3456-6", PLUSGIRO, "1234566"),
        ("1234567", BANKGIRO, ""),
        ("1234566", IBAN, ""),
        ("F-1", BANKGIRO, ""),
        ("", BANKGIRO, ""),
        ("0" * 26, BANKGIRO, ""),
    ],
)
def test_an_ocr_number_is_digits_with_a_check_digit_to_a_giro_account(
    reference: str, account: PaymentAccount, ocr: str
) -> None:
    assert ocr_of(reference, account) == ocr


def test_names_are_said_in_the_banks_messages() -> None:
    assert plain("Fyrbåken Jobb & Väg AB – Nord", 70) == "Fyrbåken Jobb + Väg AB - Nord"
    assert plain("Łódź\n\x00<b>", 10) == "odz b"
    assert plain("漢", 10) == "-"


amounts = st.integers(1, 10**9).map(lambda ore: Money(Decimal(ore).scaleb(-2), "SEK"))


@given(
    st.lists(
        st.tuples(amounts, st.sampled_from(PayableKind), st.sampled_from([BANKGIRO, IBAN])),
        min_size=1,
        max_size=25,
    )
)
def test_no_krona_is_lost_or_made_by_netting(drawn: list[tuple[Money, PayableKind, PaymentAccount]]) -> None:
    items = [
        to_send(place, f"D-{place}", str(amount.amount), account=account, kind=kind)
        for place, (amount, kind, account) in enumerate(drawn)
    ]
    plan = netted(items, message_id="RM1")
    left = {each.part.item_id for each in plan.left_out}
    sent = [part for transfer in plan.transfers for part in transfer.parts]
    assert sorted([*left, *(part.item_id for part in sent)]) == list(range(len(items)))
    assert all(items[each].part.kind is PayableKind.CREDIT for each in left)
    for transfer in plan.transfers:
        assert transfer.amount.amount > 0
        signed = sum(
            (
                each.amount.amount if each.kind is PayableKind.INVOICE else -each.amount.amount
                for each in transfer.parts
            ),
            Decimal(0),
        )
        assert transfer.amount.amount == signed
    assert len({each.end_to_end for each in plan.transfers}) == len(plan.transfers)


@given(
    st.lists(
        st.tuples(st.from_regex(r"RM[0-9]{8}-[0-9]{5}", fullmatch=True), amounts), min_size=1, max_size=20
    ),
    st.sampled_from(["camt.053.001.02", "camt.054.001.02"]),
)
def test_what_a_bank_tells_is_read_back(told: list[tuple[str, Money]], message: str) -> None:
    body = notice(*((name, str(amount.amount)) for name, amount in told), message=message)
    report = movements.read_file(body)
    assert report.message == message
    (entry,) = report.entries
    assert [(each.end_to_end, each.amount) for each in entry.movements] == [
        (name, amount.amount) for name, amount in told
    ]
    assert all(each.debit and each.booked and each.booked_on == date(2026, 3, 5) for each in entry.movements)
    assert entry.rest == 0


def test_the_table_of_payments_has_a_row_for_each_part_and_no_formulas() -> None:
    transfers: tuple[Transfer, ...] = netted(
        [to_send(1, "=HYPERLINK(1)", "2375.00")], message_id="RM1"
    ).transfers
    table = rows(transfers, pay_on=date(2026, 3, 5))
    assert b"".join(csv_of(COLUMNS, table, Dialect.SWEDISH)).decode("utf-8-sig").splitlines()[1] == (
        "RM1-00001;5599991014;Fyrbåken Jobb & Väg AB – Nord;BANKGIRO;5999107;INVOICE;'=HYPERLINK(1);2026-02-03;;"
        "2375,00;2375,00;SEK;2026-03-05"
    )
