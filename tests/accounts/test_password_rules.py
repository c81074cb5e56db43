"""Which passwords are refused: what everybody tries, what has leaked, and what one would guess about a person."""

import pytest

from accounts.password_rules import PasswordRefused, chosen_password, context_words, leaked
from accounts.passwords import LONGEST, SHORTEST
from tests.accounts.conftest import Clock
from tests.support.pages.browser import Site
from tests.support.pages.visitor import text_of, visitor

ABOUT = ("anna.berggren@larkdrillen.example", "Anna Berggren", "Lärkdrillen AB", "Arbetsförmedlingen")


@pytest.mark.parametrize(
    "easy",
    [
        "kort",
        "aaaaaaaaaaaa",
        "123456789012",
        "password1234",
        "Sommar2026!!!",
        "qwertyuiopåas",
        "abcabcabcabc",
        "larkdrillen2026",
        "Lösenord!!!!",
        "hejhejhejhej",
        "Rusta-och-matcha!",
        "arbetsförmedlingen1",
        "Berggren-2026!",
        "anna.berggren",
        "fakturor2026!",
        "Order-och-faktura",
        "Leverantörsportalen1",
    ],
)
def test_what_everybody_tries_is_refused(easy: str) -> None:
    with pytest.raises(PasswordRefused):
        chosen_password(easy, easy, about=ABOUT)


@pytest.mark.parametrize(
    "good", ["häst batteri lugn tisdag", "tre tomma tunnor", "xK9#mPq2vLw7", "日本語のパスワードです十二"]
)
def test_any_signs_will_do_if_there_are_enough(good: str) -> None:
    assert chosen_password(good, good) == good


def test_the_commonest_leaked_passwords_that_are_long_enough_are_refused() -> None:
    # OWASP ASVS 5.0, V6.2.4: at least the 3,000 commonest that the rules would otherwise let in.
    assert len(leaked()) >= 3_000
    assert all(SHORTEST <= len(each) <= LONGEST and each == each.casefold() for each in leaked())
    for each in leaked():
        for written in (each, each.upper()):
            with pytest.raises(PasswordRefused):
                chosen_password(written, written)


def test_the_words_of_the_system_alone_are_no_password() -> None:
    for word in context_words():
        padded = f"{word}-2026-!!!!!!"
        with pytest.raises(PasswordRefused):
            chosen_password(padded, padded)


@pytest.mark.parametrize("length", [SHORTEST, 64, LONGEST])
def test_a_long_password_is_welcome_with_any_signs(length: int) -> None:
    password = ("blå ö, träd 7\u00a0日" * 20)[:length]
    assert chosen_password(password, password) == password


def test_the_company_and_the_buyer_are_words_about_the_person(site: Site, clock: Clock) -> None:
    with visitor(site) as alva:
        alva.enter("alla@fyrbaken.example", "rusta-och-matcha-demo")
        form = {"current": "rusta-och-matcha-demo", "password": "Fyrbåken-2026!", "again": "Fyrbåken-2026!"}
        assert "lätt att gissa" in text_of(alva.post("/account/password", form))
