"""Numbers of documents and payments are not taken for people's, and somebody can always say that one is not."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from foundation import journal, personal_numbers
from foundation.errors import Refused
from invoicing.decisions import protected, protected_store
from invoicing.decisions.protected_store import ProtectedState
from invoicing.intake import number_series
from invoicing.journal_actions import DocumentAction
from invoicing.model import InvoiceState, SupplierInvoice
from peppol.documents import billing
from peppol.validation import personal_data
from peppol.xml.gate_tree import CBC
from tests.support.stories.personal_numbers import SOMEBODY, WRITINGS, numbers
from tests.support.stories.system import System, a_system

FEBRUARY = date(2026, 2, 3)
REFERENCE, PERSON = "100000101", SOMEBODY[2:]
REFERENCES = [f"{number}" for number in range(100000101, 100000107)]
WHY = "Det är vårt OCR-nummer, se fakturan"


# --- how often a number looks like a person's: pure ------------------------------------------------------


def checked(nine: int | str) -> str:
    return f"{nine:0>9}{luhn.calc_check_digit(f'{nine:0>9}')}"


def running(chance: Random, turn: int) -> Iterator[str]:
    """One number after the other, and up to two hundred to other customers in between."""
    number = chance.randrange(10**8, 10**9 - 10**6)
    while True:
        number += 1 + chance.randrange(200)
        yield checked(number)


def customer_and_running(chance: Random, turn: int) -> Iterator[str]:
    customer, number = chance.randrange(10_000, 100_000), chance.randrange(5_000)
    while True:
        number += 1 + chance.randrange(3)
        yield checked(f"{customer}{number:04}")


def with_length(chance: Random, turn: int) -> Iterator[str]:
    """The last but one says how long it is, modulo ten: 0."""
    number = chance.randrange(10**7, 10**8 - 10**5)
    while True:
        number += 1 + chance.randrange(200)
        yield checked(f"{number}0")


MANNERS: list[Callable[[Random, int], Iterator[str]]] = [running, customer_and_running, with_length]


@pytest.mark.parametrize("suppliers", [120, pytest.param(1_000, marks=pytest.mark.slow)])
def test_of_ordinary_payment_numbers_hardly_any_is_taken_for_a_persons(
    suppliers: int, record_property: Callable[[str, object], None]
) -> None:
    """A hundred numbers of each supplier, made as suppliers make them: what was found before, and what is now."""
    chance, looks, taken, total = Random(76), 0, 0, 0  # noqa: S311 - chance, not secrecy
    for turn in range(suppliers):
        series = MANNERS[turn % 3](chance, turn)
        latest: list[str] = []
        for _ in range(100):
            number = next(series)
            total += 1
            if personal_numbers.found_in(number):
                looks += 1
                taken += personal_numbers.is_of_working_age(
                    number, on=FEBRUARY
                ) and not number_series.is_in_series(number, latest[-number_series.LATEST :])
            latest.append(number)
    record_property("looks like a person's", looks / total)
    record_property("is taken for one", taken / total)
    assert 0.03 < looks / total < 0.12
    assert taken / total < 0.004


@pytest.mark.parametrize("people", [200])
def test_whoever_writes_people_as_payment_numbers_is_found_every_time_but_once_in_a_thousand(
    people: int,
) -> None:
    chance, missed = Random(1), 0  # noqa: S311 - chance, not secrecy
    for _ in range(20):
        latest: list[str] = []
        for _ in range(people):
            born = date.fromordinal(
                chance.randrange(date(1956, 1, 1).toordinal(), date(2009, 1, 1).toordinal())
            )
            number = checked(f"{born:%y%m%d}{chance.randrange(1, 1000):03}")
            missed += number_series.is_in_series(number, latest[-number_series.LATEST :])
            # The same person comes month after month, and makes no series.
            latest += [number] * 2
    assert missed <= 20 * people / 1_000


@pytest.mark.law
@given(numbers, st.sampled_from(sorted(set(WRITINGS) - {"ten digits"})))
def test_any_other_writing_and_any_words_count_in_an_identifier_as_elsewhere(twelve: str, way: str) -> None:
    body = f'<a xmlns:c="{CBC}"><c:PaymentID>{WRITINGS[way](twelve)}</c:PaymentID></a>'
    found = personal_data.find(body.encode())
    if not personal_numbers.is_bare(WRITINGS[way](twelve)):
        assert found.written == {twelve[2:]}
    assert found.all == {twelve[2:]}


@pytest.mark.parametrize(
    ("inside", "is_identifier"),
    [
        ("<c:PaymentID>%s</c:PaymentID>", True),
        ("<c:ID> %s </c:ID>", True),
        ("<c:Note>%s</c:Note>", False),
        ("<c:BuyerReference>%s</c:BuyerReference>", False),
        ("<c:ID>Nr %s</c:ID>", False),
        ("<c:ID x='%s'/>", False),
        ("<c:ID>%s</c:ID><c:Note>%s</c:Note>", False),
        ("<ID>%s</ID>", False),
        ("<!--%s-->", False),
    ],
)
def test_ten_bare_digits_of_an_identifier_are_told_apart_from_all_else(
    inside: str, is_identifier: bool
) -> None:
    body = f'<a xmlns:c="{CBC}">{inside.replace("%s", PERSON)}</a>'
    found = personal_data.find(body.encode())
    assert (found.as_identifiers if is_identifier else found.written) == {PERSON}
    assert found.all == {PERSON}


@pytest.mark.parametrize(("born", "counts"), [("10", True), ("11", False), ("56", True), ("55", False)])
def test_only_somebody_of_working_age_can_be_meant_by_a_bare_number(born: str, counts: bool) -> None:
    assert personal_numbers.is_of_working_age(f"{born}03272381", on=FEBRUARY) is counts


# --- in the books --------------------------------------------------------------------------------------


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        for reference in REFERENCES:
            system.decide(reference)
            system.report(reference, "2026-01", on=date(2026, 2, 2))
        yield system


def paid_by(invoice: billing.Invoice, ocr: str) -> billing.Invoice:
    return replace(
        invoice,
        payment_means=tuple(replace(each, payment_id=ocr) for each in invoice.payment_means),
    )


def sent(system: System, turn: int, ocr: str) -> SupplierInvoice:
    flipped = system.flip(system.order(REFERENCES[turn]).number, number=f"F-{turn}", on=FEBRUARY)
    return system.send(paid_by(flipped, ocr))


def is_apart(system: System, invoice: SupplierInvoice) -> bool:
    with system.database.reading() as session:
        of_message = protected_store.messages_among(session, [invoice.letter_id])
        assert bool(of_message) is protected_store.is_protected(session, invoice.id)
        return bool(of_message)


def test_a_suppliers_series_is_known_after_three(system: System) -> None:
    """Its payment numbers look like people's, one after the other; a person among them is found all the same."""
    series = [checked(840327230 + turn) for turn in range(5)]
    apart = [is_apart(system, sent(system, turn, ocr)) for turn, ocr in enumerate(series)]
    assert apart == [True, True, True, False, False]
    assert is_apart(system, sent(system, 5, checked(710510347)))


def test_an_invoice_that_is_handled_apart_and_obeys_its_order_is_accepted_without_anybody(
    system: System,
) -> None:
    invoice = sent(system, 0, PERSON)
    assert is_apart(system, invoice)
    assert invoice.state is InvoiceState.ACCEPTED


def test_what_somebody_says_nobody_is_named_in_is_handled_as_all_others_and_not_found_again(
    system: System,
) -> None:
    invoice = sent(system, 0, PERSON)
    with system.database.writing() as session:
        with pytest.raises(Refused):
            protected.clear(session, invoice.letter_id, by="petra", on=FEBRUARY, reason=" ")
        with pytest.raises(Refused):
            protected.clear(session, invoice.letter_id, by="petra", on=FEBRUARY, reason=f"Det är {PERSON}")
        protected.clear(session, invoice.letter_id, by="petra", on=FEBRUARY, reason=WHY)
    with system.database.reading() as session:
        (row,) = [each for each in journal.rows(session) if each.action == DocumentAction.PROTECTED_CLEARED]
    assert (row.actor, json.loads(row.detail)["reason"]) == ("petra", WHY)
    assert not is_apart(system, invoice)
    with system.database.writing() as session:
        protected.mark_message(session, invoice.letter_id, on=FEBRUARY, reason="PERSONAL_NUMBER")
        protected.mark(session, invoice, by=journal.SYSTEM, on=FEBRUARY, reason="PERSONAL_NUMBER")
        with pytest.raises(Refused, match="handled as all others already"):
            protected.clear(session, invoice.letter_id, by="petra", on=FEBRUARY, reason=WHY)
    assert not is_apart(system, invoice)
    # Another document with the same number is another question.
    assert is_apart(system, sent(system, 1, PERSON))


def test_whoever_sees_somebody_named_after_all_marks_it_again(system: System) -> None:
    invoice = sent(system, 0, PERSON)
    with system.database.writing() as session:
        protected.clear(session, invoice.letter_id, by="petra", on=FEBRUARY, reason=WHY)
        protected.mark_message_again(
            session, invoice.letter_id, by="petra", on=FEBRUARY, reason="Namnet står på rad 2"
        )
    assert is_apart(system, invoice)


def test_a_document_that_a_person_marked_can_be_cleared_too(system: System) -> None:
    invoice = sent(system, 0, "4000123458")
    with system.database.writing() as session:
        protected.mark(session, invoice, by="fia", on=FEBRUARY, reason="Trodde att det var någon")
        assert protected_store.state_of_message(session, invoice.letter_id) is None
        protected.clear(session, invoice.letter_id, by="petra", on=FEBRUARY, reason=WHY)
        assert protected_store.state_of(session, invoice.id) is ProtectedState.CLEARED
    assert not is_apart(system, invoice)


def test_lists_show_a_number_that_was_looked_at_and_hide_one_that_is_apart(system: System) -> None:
    flipped = system.flip(system.order(REFERENCE).number, number=PERSON, on=FEBRUARY)
    invoice = system.send(flipped)
    with system.database.writing() as session:
        assert protected_store.numbers_shown(session, [PERSON]) == set()
        protected.clear(session, invoice.letter_id, by="petra", on=FEBRUARY, reason=WHY)
        assert protected_store.numbers_shown(session, [PERSON, checked(710510347)]) == {PERSON}
