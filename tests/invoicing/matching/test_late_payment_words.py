"""When an invoice is for late payment and nothing else: by its words, its tax, its type and what a note is about."""

from dataclasses import replace
from decimal import Decimal

import pytest

from invoicing.matching import late_payment_claims
from invoicing.matching.deviations import DeviationActor, DeviationCode, Source, Weight
from invoicing.model import CreditedReference, DocumentType, InvoiceContent, InvoicedLine
from tests.support.stories.builders import a_line, an_invoice, an_order, sek, with_lines

CERTAIN, LIKELY, OTHER = "Dröjsmålsränta", "Ränta enligt avtal", "Grundersättning"


def a_fee(
    name: str, *, category: str = "O", rate: str | None = None, line: str = "", **other: object
) -> InvoicedLine:
    percent = None if rate is None else Decimal(rate)
    told = replace(
        a_line(line, days="1", price="60.00"), name=name, vat_category=category, vat_percent=percent
    )
    return replace(told, **other)  # type: ignore[arg-type]


def of(*lines: InvoicedLine, **other: object) -> InvoiceContent:
    return replace(with_lines(an_invoice(an_order()), *lines), **other)  # type: ignore[arg-type]


# What is without tax: by its category, or since its rate is none. A word that is only likely is believed there alone.
TAXES = [
    ("O", None, True),
    ("E", "0.00", True),
    ("Z", "0.00", True),
    ("E", "25.00", True),
    ("S", "0.00", True),
    ("S", None, True),
    ("S", "25.00", False),
    ("AE", "25.00", False),
]


@pytest.mark.parametrize(("category", "rate", "untaxed"), TAXES)
def test_a_likely_word_is_believed_where_there_is_no_tax(
    category: str, rate: str | None, untaxed: bool
) -> None:
    for name, believed in ((CERTAIN, True), (LIKELY, untaxed), (OTHER, False)):
        fee = a_fee(name, category=category, rate=rate)
        assert late_payment_claims.is_claim(fee) is believed
        assert late_payment_claims.is_recognised(of(fee)) is believed
        free = replace(fee, amount=sek("0.00"))
        assert not late_payment_claims.is_claim(free)
        assert not late_payment_claims.is_recognised(of(free))
        # What costs nothing is no part of what is asked for, whatever it is called.
        assert (
            late_payment_claims.is_recognised(of(fee, replace(a_fee(OTHER), amount=sek("0.00")))) is believed
        )


def test_all_of_it_must_be_for_late_payment_and_none_of_it_on_an_order_line() -> None:
    assert late_payment_claims.is_recognised(of(a_fee(CERTAIN), a_fee(LIKELY)))
    assert not late_payment_claims.is_recognised(of(a_fee(CERTAIN), a_fee(OTHER)))
    assert not late_payment_claims.is_recognised(
        of(a_fee(CERTAIN), a_fee(LIKELY, category="S", rate="25.00"))
    )
    assert not late_payment_claims.is_recognised(of(a_fee(CERTAIN, line="001")))
    credit = of(a_fee(CERTAIN), document_type=DocumentType.CREDIT_NOTE)
    assert not late_payment_claims.is_recognised(credit)


@pytest.mark.parametrize(
    ("note", "recognised"),
    [
        ("Ränta på faktura nr 1234", True),
        ("Påminnelse, invoice number F-77", True),
        ("Ränta debiteras vid sen betalning", False),
        ("Faktura 1234", False),
        ("", False),
    ],
)
def test_a_note_is_believed_where_it_is_about_an_invoice(note: str, recognised: bool) -> None:
    fee = a_fee("Avgift")
    assert late_payment_claims.is_recognised(of(fee, note=note)) is recognised
    assert late_payment_claims.is_recognised(of(replace(fee, note=note))) is recognised
    taxed = a_fee("Avgift", category="S", rate="25.00")
    assert not late_payment_claims.is_recognised(of(taxed, note=note))


def test_a_note_without_a_number_is_believed_where_the_document_names_an_invoice() -> None:
    named = (CreditedReference("F-1", None),)
    fee = a_fee("Avgift")
    assert late_payment_claims.is_recognised(of(fee, note="Ränta", credits=named))
    assert not late_payment_claims.is_recognised(of(fee, note="Hej", credits=named))
    assert not late_payment_claims.is_recognised(of(fee, note="Ränta"))


def test_a_debit_note_of_adjustments_without_tax_is_one_whatever_it_says() -> None:
    assert late_payment_claims.is_recognised(of(a_fee(OTHER), type_code="84"))
    assert not late_payment_claims.is_recognised(of(a_fee(OTHER, category="S", rate="25.00"), type_code="84"))
    assert not late_payment_claims.is_recognised(of(a_fee(OTHER), type_code="383"))


def test_it_is_for_a_person_of_ours_to_decide_with_the_invoices_it_names() -> None:
    named = tuple(CreditedReference(each, None) for each in ("F-1", "F-2"))
    (found,) = late_payment_claims.check(of(a_fee(CERTAIN), credits=named))
    assert (found.code, found.weight, found.actor) == (
        DeviationCode.LATE_PAYMENT_CLAIM,
        Weight.QUESTION,
        DeviationActor.BUYER,
    )
    assert (found.term, found.found, found.expected, found.expected_from, found.reference) == (
        "BT-3",
        "60.00",
        "",
        Source.NOTHING,
        "F-1, F-2",
    )
    assert late_payment_claims.check(of(a_fee(OTHER))) == ()


@pytest.mark.parametrize(
    "name",
    [
        "Dro\N{COMBINING DIAERESIS}jsma\N{COMBINING RING ABOVE}lsränta",
        "DRÖJSMÅLSRÄNTA",
        "Dröjsmåls\N{SOFT HYPHEN}ränta",
    ],
)
def test_a_word_is_read_however_its_letters_are_made(name: str) -> None:
    assert late_payment_claims.is_claim(a_fee(name, category="S", rate="25.00"))
