"""An account is right by its digits, and what is paid goes to one that is registered."""

import itertools
from dataclasses import replace
from datetime import date

import pytest

from invoicing.documents.reading import read_invoice
from invoicing.matching import payee_accounts, payees
from invoicing.matching.deviations import DeviationCode, Weight
from invoicing.matching.invoice_matching import match
from invoicing.model import AccountGiven, InvoiceContent, PayeeGiven
from invoicing.type_codes import TYPE_CODES, Treatment
from orders.register.parties import AccountScheme, PaymentAccount, Supplier
from peppol.documents import billing, shapes
from tests.support.stories.builders import a_receipt, an_invoice, an_order, facts_of, the_supplier
from tests.support.stories.system import FYRBAKEN, System, a_system

ORDER, DAY = an_order(), date(2026, 3, 5)
FACTOR = PayeeGiven("Fordringsköp Exempel AB", company="559000-0005")
FACTORS = PaymentAccount(AccountScheme.BANKGIRO, "9912346", payee_name=FACTOR.name, payee_number="5590000005")
IBAN = "SE4550000000058398257466"

# What payment-means codes and branches suppliers write (UNCL4461; SFTI's branches), and ways to write one number.
CODES = ("1", "30", "31", "42", "50", "56", "57", "58", "97")
BRANCHES = (None, "SE:BANKGIRO", "SE:PLUSGIRO", "se:bankgiro", "NDEASESS", "9960")
WRITTEN = (
    "5999107",
    "599-9107",
    "599 9107",
    "599\N{NO-BREAK SPACE}9107",
    "BG 599-9107",
    "Bankgironr 599-9107",
)


def with_accounts(*accounts: PaymentAccount) -> Supplier:
    return replace(the_supplier(FYRBAKEN), payment_accounts=accounts)


def means(code: str, branch: str | None, number: str) -> billing.PaymentMeans:
    return billing.PaymentMeans(
        payment_means_code=shapes.Code(code),
        payee_financial_account=billing.FinancialAccount(
            id=number, financial_institution_branch=shapes.Reference(id=branch) if branch else None
        ),
    )


def test_the_registered_number_is_right_by_whatever_code_or_branch_it_is_written(database_url: str) -> None:
    with a_system(database_url) as system:
        document = a_bill(system)
    every = itertools.product(CODES, BRANCHES, WRITTEN)
    wrong = []
    for code, branch, number in every:
        read = read_invoice(replace(document, payment_means=(means(code, branch, number),)))
        told = match(replace(read, order_number=ORDER.number), facts_of(ORDER, a_receipt(ORDER)))
        if any(each.code is DeviationCode.PAYEE_ACCOUNT for each in told.deviations):
            wrong.append((code, branch, number))
    assert wrong == []


def a_bill(system: System) -> billing.Invoice:
    system.decide("100000101")
    system.report("100000101", "2026-01", on=date(2026, 2, 2))
    return system.flip(system.order("100000101").number, number="F-1", on=date(2026, 2, 3))


@pytest.mark.parametrize(
    "given", [IBAN, "SE45 5000 0000 0583 9825 7466", "IBAN SE45 5000 0000 0583 9825 7466"]
)
def test_an_iban_is_the_same_with_and_without_its_blanks(given: str) -> None:
    supplier = with_accounts(PaymentAccount(AccountScheme.IBAN, IBAN))
    assert payee_accounts.registered(AccountGiven("", given), supplier.payment_accounts) is not None


def test_another_number_is_held_whatever_it_is_called() -> None:
    for scheme, number in (("", "5050-1055"), ("BANKGIRO", "5050-1055"), ("", "59991070"), ("", "07")):
        (told,) = match(
            an_account(AccountGiven(scheme, number)), facts_of(ORDER, a_receipt(ORDER))
        ).deviations
        assert (told.code, told.weight) == (DeviationCode.PAYEE_ACCOUNT, Weight.HOLD)


def an_account(*given: AccountGiven, payee: PayeeGiven | None = None) -> InvoiceContent:
    return replace(an_invoice(ORDER), accounts=given, payee=payee)


def test_of_two_accounts_with_the_same_digits_the_one_named_is_meant_and_else_the_first() -> None:
    bankgiro = PaymentAccount(AccountScheme.BANKGIRO, "5999107")
    plusgiro = PaymentAccount(AccountScheme.PLUSGIRO, "5999107")
    both = (bankgiro, plusgiro)
    meant = {
        scheme: payee_accounts.registered(AccountGiven(scheme, "599-9107"), both)
        for scheme in ("BANKGIRO", "PLUSGIRO", "", "IBAN")
    }
    assert meant == {"BANKGIRO": bankgiro, "PLUSGIRO": plusgiro, "": bankgiro, "IBAN": bankgiro}


def test_an_invoice_without_account_is_told_where_it_is_paid() -> None:
    result = match(an_account(), facts_of(ORDER, a_receipt(ORDER)))
    (told,) = result.deviations
    assert (result.verdict.value, told.variant, told.expected) == ("ACCEPT", "absent", "bankgiro 599-9107")


# Another payee than the seller ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "payee",
    [
        PayeeGiven("Fyrbåken", company=FYRBAKEN),
        PayeeGiven("Fyrbåken", company="559999-1014"),
        PayeeGiven("Fyrbåken", identifiers=("SE559999101401",)),
        PayeeGiven("FYRBÅKEN   exempel ab"),
        PayeeGiven("Vi själva", identifiers=(FYRBAKEN,)),
    ],
)
def test_a_payee_that_is_the_seller_is_nobody_else(payee: PayeeGiven) -> None:
    invoice = replace(an_invoice(ORDER), payee=payee)
    assert match(invoice, facts_of(ORDER, a_receipt(ORDER))).codes == ()


@pytest.mark.parametrize(
    "payee",
    [
        FACTOR,
        PayeeGiven("Fordringsköp Exempel AB"),
        # The name is the seller's and the number is not: the number decides.
        PayeeGiven("Fyrbåken Exempel AB", company="5590000005"),
        PayeeGiven("Fordringsköp Exempel AB", identifiers=("7300009999991",)),
    ],
)
def test_a_payee_that_is_not_the_seller_is_held(payee: PayeeGiven) -> None:
    invoice = replace(an_invoice(ORDER), payee=payee)
    result = match(invoice, facts_of(ORDER, a_receipt(ORDER)))
    assert (result.verdict.value, result.codes) == ("HOLD", ("PAYEE",))


def test_a_payee_with_an_account_registered_is_paid_to_it_and_the_seller_never_by_default() -> None:
    own = PaymentAccount(AccountScheme.BANKGIRO, "5999107")
    supplier = with_accounts(FACTORS, own)
    facts = facts_of(ORDER, a_receipt(ORDER), supplier=supplier)
    for invoice in (an_account(AccountGiven("", "991-2346"), payee=FACTOR), an_account(payee=FACTOR)):
        assert match(invoice, facts).verdict.value == "ACCEPT"
        assert payee_accounts.chosen(invoice, supplier, on=DAY) == FACTORS
    # Without a payee the seller's own account is the one, though the other stands first.
    assert payee_accounts.chosen(an_account(), supplier, on=DAY) == own
    # Named by its number alone, as factoring companies have it printed, it is meant.
    assert payee_accounts.chosen(an_account(AccountGiven("", "9912346")), supplier, on=DAY) == FACTORS


def test_a_payee_whose_account_holds_no_longer_has_none() -> None:
    ended = replace(FACTORS, valid_to=date(2026, 2, 28))
    supplier = with_accounts(PaymentAccount(AccountScheme.BANKGIRO, "5999107"), ended)
    assert payee_accounts.chosen(an_account(payee=FACTOR), supplier, on=DAY) is None
    facts = facts_of(ORDER, a_receipt(ORDER), supplier=supplier)
    assert match(an_account(payee=FACTOR), facts).codes == ("PAYEE",)


def test_a_factored_invoice_without_payee_is_held_unless_its_account_is_a_registered_payees() -> None:
    supplier = with_accounts(PaymentAccount(AccountScheme.BANKGIRO, "5999107"), FACTORS)
    facts = facts_of(ORDER, a_receipt(ORDER), supplier=supplier)
    for number, verdict in (("599-9107", "HOLD"), ("991-2346", "ACCEPT"), ("5050-1055", "HOLD")):
        invoice = replace(an_account(AccountGiven("", number)), type_code="393")
        assert match(invoice, facts).verdict.value == verdict, number


def test_every_factored_type_is_held() -> None:
    table = {code for code, each in TYPE_CODES.items() if each.treatment is Treatment.FACTORED}
    assert table == payees.FACTORED


# As people write them ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "number", "written"),
    [
        ("BANKGIRO", "599-9107", "bankgiro 599-9107"),
        ("BANKGIRO", "50501055", "bankgiro 5050-1055"),
        ("BANKGIRO", "12345", "bankgiro 1-2345"),
        ("BANKGIRO", "1234", "BANKGIRO 1234"),
        ("BANKGIRO", "59991O7", "BANKGIRO 59991O7"),
        ("PLUSGIRO", "499910-8", "plusgiro 499910-8"),
        ("PLUSGIRO", "12345", "plusgiro 1234-5"),
        ("PLUSGIRO", "1234", "PLUSGIRO 1234"),
        ("IBAN", "SE4550000000058398257466", "IBAN SE45 5000 0000 0583 9825 7466"),
        ("IBAN", "SE45 5000 0000 0583 9825 746", "IBAN SE45 5000 0000 0583 9825 746"),
        ("", "599-9107", "599-9107"),
        ("BIC", "599-9107", "BIC 599-9107"),
    ],
)
def test_an_account_is_written_as_people_write_it_where_it_is_one(
    scheme: str, number: str, written: str
) -> None:
    assert payee_accounts.as_written(scheme, number) == written


@pytest.mark.parametrize(
    ("scheme", "number", "kind", "digits"),
    [
        ("", "BG 599-9107", "BANKGIRO", "5999107"),
        ("", "Bankgironr 0599-9107", "BANKGIRO", "5999107"),
        ("", "PG 499910-8", "PLUSGIRO", "4999108"),
        ("", "Postgiro 499910-8", "PLUSGIRO", "4999108"),
        ("", "Plusgironr 499910-8", "PLUSGIRO", "4999108"),
        ("PLUSGIRO", "bg 599-9107", "PLUSGIRO", "5999107"),
        ("", "IBAN SE45 5000", "", "SE455000"),
        ("IBAN", "BG80 BNBG 9661", "IBAN", "BG80BNBG9661"),
        ("BANKGIRO", "000599-9107", "BANKGIRO", "5999107"),
        ("", "0SE1", "", "0SE1"),
        ("", "", "", ""),
    ],
)
def test_the_kind_and_the_digits_are_read_out_of_what_is_written(
    scheme: str, number: str, kind: str, digits: str
) -> None:
    assert payee_accounts.kind_and_digits(AccountGiven(scheme, number)) == (kind, digits)


def test_an_account_is_told_with_whose_it_is_where_it_is_anothers() -> None:
    assert payee_accounts.words_of(FACTORS) == "bankgiro 991-2346 (Fordringsköp Exempel AB)"
    assert payee_accounts.words_of(PaymentAccount(AccountScheme.PLUSGIRO, "4999108")) == "plusgiro 499910-8"


def test_the_account_is_the_named_one_of_whoever_is_paid_and_otherwise_the_first() -> None:
    first, second = (PaymentAccount(AccountScheme.BANKGIRO, each) for each in ("5999107", "50501055"))
    other = PaymentAccount(
        AccountScheme.BANKGIRO, "5999305", payee_name=FACTOR.name, payee_number="5590000005"
    )
    supplier = with_accounts(first, FACTORS, second, other)

    def chosen(*given: str, payee: PayeeGiven | None = None, **changes: object) -> PaymentAccount | None:
        invoice = an_account(*(AccountGiven("", each) for each in given), payee=payee)
        return payee_accounts.chosen(replace(invoice, **changes), supplier, on=DAY)  # type: ignore[arg-type]

    assert [chosen(), chosen("50501055"), chosen("1", "50501055"), chosen("1")] == [
        first,
        second,
        second,
        first,
    ]
    # A seller may name another's account of its own accord; nobody is paid to one by chance.
    assert chosen("9912346") == FACTORS
    assert [chosen(payee=FACTOR), chosen("5999305", payee=FACTOR), chosen("5999107", payee=FACTOR)] == [
        FACTORS,
        other,
        FACTORS,
    ]
    assert [chosen(type_code="393"), chosen("5999305", type_code="393")] == [None, other]
    assert chosen("5999107", type_code="393") is None
    assert chosen(payee=PayeeGiven("Någon Annan AB")) is None
    own = payee_accounts.sellers_own(supplier, on=DAY)
    named = payee_accounts.sellers_own(supplier, on=DAY, given=[AccountGiven("", "50501055")])
    theirs = payee_accounts.sellers_own(supplier, on=DAY, given=[AccountGiven("", "9912346")])
    assert (own, named, theirs) == (first, second, first)
