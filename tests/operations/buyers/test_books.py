"""Where a buyer's books are, and which settings are its own: nothing of one buyer's is another's by inheritance."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from foundation.errors import Refused
from operations.buyers import books
from operations.buyers.model import (
    BuyerNotChosen,
    BuyerRefused,
    BuyerState,
    BuyerUnknown,
    InstallationBuyer,
    chosen,
)
from operations.settings import Settings

FIRST = InstallationBuyer("af", "2021002114", "Arbetsförmedlingen", ("0007:2021002114",))
SECOND = InstallationBuyer(
    "stora-by", "2120001850", "Stora by", ("0007:2120001850",), ("by.example",), "billing_stora_by"
)


@pytest.mark.parametrize(
    ("first", "name", "address"),
    [
        (
            "postgresql://billing:s3cret@db/billing?sslmode=require",
            "billing_stora_by",
            "postgresql://billing:s3cret@db/billing_stora_by?sslmode=require",
        ),
        (
            "sqlite:////srv/books/billing.sqlite",
            "billing-stora-by.sqlite",
            "sqlite:////srv/books/billing-stora-by.sqlite",
        ),
    ],
)
def test_books_stand_beside_the_first_with_the_same_server_user_and_folder(
    first: str, name: str, address: str
) -> None:
    assert books.proposed_books(make_url(first), "stora-by") == name
    row = InstallationBuyer("stora-by", "2120001850", "Stora by", ("0007:2120001850",), books=name)
    assert books.address(first, row) == address
    assert books.address(first, FIRST) == first


def test_a_database_in_memory_has_no_place_for_a_second_buyer() -> None:
    with pytest.raises(Refused):
        books.address("sqlite:///:memory:", SECOND)


def test_what_would_be_anothers_is_never_inherited_and_the_rest_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DEBTOR_IBAN": "SE1",
        "OPENID_ISSUER": "https://id.af.example",
        "SMTP_HOST": "mail.example",
        "PUBLIC_URL": "https://portal.example",
        "BUYER_STORA_BY_MAIL_FROM": "by@by.example",
    }.items():
        monkeypatch.setenv(f"BILLING_{name}", value)
    common = Settings(journal_head_folder=Path("/worm"), ledger_accounts={"payables": "1"})
    first = books.settings_of(common, FIRST, several=True)
    assert (first.debtor_iban, first.openid_issuer, first.ledger_accounts) == (
        "SE1",
        "https://id.af.example",
        {"payables": "1"},
    )
    second = books.settings_of(common, SECOND, several=True)
    assert (second.debtor_iban, second.openid_issuer, second.ledger_accounts) == ("", "", {})
    assert (second.smtp_host, second.mail_from) == ("mail.example", "by@by.example")
    assert (second.mail_folder, second.journal_head_folder) == (
        Path("mail/stora-by"),
        Path("/worm/stora-by"),
    )
    assert second.access_point_participant == "0007:2120001850"
    monkeypatch.setenv("BILLING_BUYER_STORA_BY_DEBTOR_IBAN", "SE2")
    assert books.settings_of(common, SECOND, several=True).debtor_iban == "SE2"


def test_the_pages_of_each_have_an_address_where_there_are_several(monkeypatch: pytest.MonkeyPatch) -> None:
    common = Settings(public_url="https://portal.example")
    assert books.settings_of(common, FIRST, several=False).public_url == "https://portal.example"
    assert books.settings_of(common, FIRST, several=True).public_url == "https://portal.example/buyers/af"
    assert books.settings_of(common, SECOND, several=True).public_url == "https://by.example"
    assert books.settings_of(common, FIRST, several=False).buyer_name == ""
    assert books.settings_of(common, FIRST, several=True).buyer_name == "Arbetsförmedlingen"


def test_whose_books_are_meant_is_never_guessed() -> None:
    assert chosen((), "") is None
    assert chosen((FIRST,), "") == FIRST
    assert chosen((FIRST, SECOND), "stora-by") == SECOND
    with pytest.raises(BuyerNotChosen):
        chosen((FIRST, SECOND), "")
    for rows in ((), (FIRST, SECOND)):
        with pytest.raises(BuyerUnknown):
            chosen(rows, "other")
    closed = InstallationBuyer(
        "stora-by", "2120001850", "Stora by", ("0007:2120001850",), books="b", state=BuyerState.CLOSED
    )
    assert chosen((FIRST, closed), "") == FIRST
    assert chosen((FIRST, closed), "stora-by") == closed


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "Stora"},
        {"slug": "2by"},
        {"slug": "by_"},
        {"slug": "b" * 31},
        {"slug": "a--b"},
        {"name": " "},
        {"participants": ()},
        {"hosts": ("https://by.example",)},
        {"hosts": ("by.example:8000",)},
        {"hosts": ("by example",)},
    ],
)
def test_what_cannot_be_a_buyer_is_refused_with_a_sentence(wrong: dict[str, object]) -> None:
    right: dict[str, object] = {
        "slug": "by",
        "organisation_number": "2120001850",
        "name": "By",
        "participants": ("0007:2120001850",),
    }
    with pytest.raises(BuyerRefused) as refused:
        InstallationBuyer(**{**right, **wrong})  # type: ignore[arg-type]
    assert refused.value.text.sv != refused.value.text.en
