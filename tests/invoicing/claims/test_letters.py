"""The letters as their readers get them: golden texts in both languages, and the same for ever after they were sent."""

from collections.abc import Iterator
from datetime import date

import pytest

from foundation.money import Money
from invoicing.claims import letter_store
from invoicing.claims.claim_states import ClaimCause
from invoicing.claims.interest import late_payment
from invoicing.claims.letters import (
    ClaimedFor,
    ClaimLetter,
    LetterKind,
    paragraphs,
    spans_read,
    spans_written,
)
from invoicing.claims.published_rates import PUBLISHED
from orders.register import store as register_store
from tests.support.golden import is_golden
from tests.support.stories.claiming import ClaimDesk, two_months
from tests.support.stories.system import System, a_system
from web.claim_letter import letter_html, letter_pdf

CLAIM = ClaimedFor("60000001", "600000012", "F-1", "10000001", date(2024, 3, 5), ClaimCause.WRONG_MONTH)
LETTERS = {
    "demand": ClaimLetter(
        1,
        LetterKind.DEMAND,
        date(2024, 5, 6),
        date(2024, 6, 5),
        Money.of("2375.00"),
        Money.of("0.00"),
        late_payment(Money.of("2375.00"), first=date(2024, 5, 7), last=date(2024, 5, 6), rates=PUBLISHED),
        "SE45 5000 0000 0583 9825 7466",
        "user-11",
    ),
    "reminder": ClaimLetter(
        2,
        LetterKind.REMINDER,
        date(2024, 7, 10),
        date(2024, 7, 18),
        Money.of("2375.00"),
        Money.of("375.00"),
        late_payment(
            Money.of("2375.00"),
            first=date(2024, 6, 6),
            last=date(2024, 7, 10),
            rates=PUBLISHED,
            given_back=[(date(2024, 6, 20), Money.of("375.00"))],
        ),
        "SE45 5000 0000 0583 9825 7466",
        "user-11",
    ),
}


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_letter_says_what_is_owed_why_and_what_to_do(name: str, language: str) -> None:
    letter = LETTERS[name]
    said = [letter.kind.words, *paragraphs(CLAIM, letter)]
    text = "\n\n".join(each.in_language(language) for each in said) + "\n"
    is_golden(f"claims/{name}-{language}.txt", text.encode())


@pytest.mark.parametrize("name", LETTERS)
def test_the_reckoning_is_kept_as_it_was_sent(name: str) -> None:
    interest = LETTERS[name].interest
    assert spans_read(spans_written(interest), "SEK") == interest


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=two_months) as system:
        yield system


def test_a_letter_is_the_same_after_the_claim_has_changed(system: System) -> None:
    desk = ClaimDesk(system)
    invoice = desk.paid()
    desk.credited()
    desk.demand(desk.claim(invoice), on=date(2026, 5, 6))

    def written() -> str:
        with system.database.reading() as session:
            claim = desk.claim(invoice)
            (letter,) = letter_store.letters(session, claim)
            return letter_html(claim, letter, register_store.load(session), "sv")

    before = written()
    desk.repaid(desk.claim(invoice), "100.00", on=date(2026, 5, 8))
    assert written() == before
    with system.database.reading() as session:
        claim = desk.claim(invoice)
        (letter,) = letter_store.letters(session, claim)
        assert letter_pdf(claim, letter, register_store.load(session), "sv").startswith(b"%PDF-")
