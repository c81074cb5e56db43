"""Whom a personal number names is known by a keyed hash alone, and a new key takes over without a stop."""

from collections.abc import Iterator
from datetime import date

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import select
from stdnum.luhn import calc_check_digit

from accounts import store as account_store
from accounts.openid import binding, personal_numbers
from accounts.openid.personal_numbers import (
    NoKeyForNumbers,
    NoSuchNumber,
    NumberBoundElsewhere,
    Standing,
    hashes,
    normal,
)
from accounts.openid.tables import bound_number
from accounts.rules import AccountRefused
from foundation.database import Database
from foundation.errors import NotThere
from operations.settings import Settings
from tests.accounts.conftest import Clock

ALVA, BO, CILLA = "alla@fyrbaken.example", "redovisa@fyrbaken.example", "alla@larkdrillen.example"
NUMBER = "191212121212"
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def with_keys(*keys: str) -> Settings:
    return Settings(secret_keys=SecretStr(" ".join(keys)))


@pytest.fixture
def books(filled_url: str, clock: Clock) -> Iterator[Database]:
    database = Database(filled_url, clock=clock)
    yield database
    database.close()


def account_id(books: Database, name: str) -> int:
    with books.reading() as session:
        found = account_store.by_name(session, name)
    assert found is not None
    return found.id


def bind(books: Database, name: str, *keys: str, number: str = NUMBER) -> None:
    with books.writing() as session:
        at = books.clock()
        personal_numbers.bind(session, with_keys(*keys), account_id(books, name), number, by="test", at=at)


def found(books: Database, *keys: str) -> int | None:
    with books.writing() as session:
        return personal_numbers.account_of(session, with_keys(*keys), NUMBER)


@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(0, 999), st.booleans())
def test_every_number_is_read_in_every_way_it_is_written(
    day: date, serial: int, is_coordination: bool
) -> None:
    born = f"{day:%Y%m}{day.day + 60 * is_coordination:02}"
    last = f"{serial:03}"
    last += calc_check_digit(born[2:] + last)
    for written in (f"{born}{last}", f"{born}-{last}", f"{born}+{last}", f" {born} {last} "):
        assert normal(written) == born + last
    wrong = str((int(last[3]) + 1) % 10)
    with pytest.raises(NoSuchNumber):
        normal(born + last[:3] + wrong)


@pytest.mark.parametrize(
    "written",
    ["", "1212121212", "121212-1212", "191313131313", "19121212121", "１９１２１２１２１２１２", "anna"],
)
def test_what_is_no_number_of_twelve_digits_is_refused(written: str) -> None:
    with pytest.raises(NoSuchNumber):
        normal(written)


def test_a_hash_says_nothing_without_its_key_and_each_key_has_its_own() -> None:
    (old,), (new,) = hashes(with_keys(OLD), NUMBER), hashes(with_keys(NEW), NUMBER)
    assert old != new
    assert hashes(with_keys(NEW, OLD), NUMBER) == (new, old)
    with pytest.raises(NoKeyForNumbers):
        hashes(Settings(), NUMBER)


@pytest.mark.both_engines
def test_a_new_key_takes_over_as_people_come_in_and_the_old_one_can_go(books: Database) -> None:
    bind(books, BO, OLD)
    with books.reading() as session:
        assert personal_numbers.standing(session, with_keys(NEW, OLD)) == Standing(0, 1, 0)
        assert personal_numbers.standing(session, with_keys(NEW)) == Standing(0, 0, 1)
    assert found(books, NEW) is None
    assert found(books, NEW, OLD) == account_id(books, BO)
    with books.reading() as session:
        assert personal_numbers.standing(session, with_keys(NEW, OLD)) == Standing(1, 0, 0)
    assert found(books, NEW) == account_id(books, BO)
    assert found(books, OLD) is None


@pytest.mark.both_engines
def test_one_number_opens_one_account_under_whatever_key_it_was_bound(books: Database) -> None:
    bind(books, BO, OLD)
    for keys in ((OLD,), (NEW, OLD)):
        with pytest.raises(NumberBoundElsewhere):
            bind(books, CILLA, *keys)
    # Bound anew to the same, or another number to the same, is no doubt.
    bind(books, BO, NEW, OLD)
    bind(books, BO, NEW, OLD, number="198001011231")
    assert found(books, NEW, OLD) is None
    bind(books, CILLA, NEW)


def test_only_whoever_administers_the_organisation_binds_and_unbinds(books: Database, clock: Clock) -> None:
    bo, settings = account_id(books, BO), with_keys(OLD)
    with books.writing() as session, pytest.raises(NotThere):
        binding.bind(session, settings, "5599992020", bo, NUMBER, by="user-1", at=clock.now)
    with books.writing() as session:
        binding.bind(session, settings, "5599991014", bo, NUMBER, by="user-1", at=clock.now)
        stored = str(session.execute(select(bound_number)).all())
    assert NUMBER not in stored
    with books.writing() as session, pytest.raises(NotThere):
        binding.unbind(session, "5599992020", bo, by="user-1")
    with books.writing() as session:
        binding.unbind(session, "5599991014", bo, by="user-1")
        with pytest.raises(AccountRefused):
            binding.unbind(session, "5599991014", bo, by="user-1")
    assert found(books, OLD) is None
