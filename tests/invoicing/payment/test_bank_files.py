"""The bank's files: written as the Swedish banks read them, golden to the byte, and read back whatever order."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.money import Money
from foundation.spreadsheets import Dialect, csv_of
from invoicing.payment.bank_files import movements
from invoicing.payment.bank_files.pain001 import CreditTransfer
from invoicing.payment.files import COLUMNS, Debtor, NoDebtorAccount, pain001, plain, rows
from invoicing.payment.payable import PayableKind, ocr_of
from invoicing.payment.transfers import ToSend, Transfer, TransferPart, netted
from orders.register.parties import AccountScheme, PaymentAccount
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
    return ToSend(part, "5599991014", "Fyrbåken Jobb & Väg AB – Nord", account)


EVERY_WAY = [
    to_send(1, "F-1", "2375.00", reference="1234566"),
    to_send(2, "F/2 (nov)", "100.10", account=PLUSGIRO),
    to_send(3, "F-3", "0.90", account=IBAN),
    to_send(4, "F-4", "900.00"),
    to_send(5, "K-5", "2500.00", kind=PayableKind.CREDIT),
]


def written(items: list[ToSend]) -> bytes:
    return pain001(
        example_register().buyer,
        DEBTOR,
        netted(items, message_id="RM30000001").transfers,
        message_id="RM30000001",
        pay_on=date(2026, 3, 5),
        created=CREATED,
    )


def test_every_way_of_paying_is_written_as_it_always_was() -> None:
    body = written(EVERY_WAY)
    assert body == (GOLDEN / "pain001.xml").read_bytes()
    assert body == written(list(reversed(EVERY_WAY)))


def test_what_is_written_reads_back() -> None:
    document = iso20022.parse(CreditTransfer, written(EVERY_WAY))
    (order,) = document.payments
    assert (order.count, order.sum, order.execute_on) == ("3", Decimal("876.00"), date(2026, 3, 5))
    assert iso20022.serialise(document) == written(EVERY_WAY)
    schemes = [each.account.id.other.scheme for each in order.transfers if each.account.id.other]
    assert [(each.code, each.proprietary) for each in schemes if each] == [(None, "BGNR"), ("BBAN", None)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<PmtMtd>TRF", b"<PmtMtd>CHK"),
        (b"SESBA", b"SEXXX"),
        (b">2375.00<", b">2375.001<"),
        (b"SCOR", b"DISP"),
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
