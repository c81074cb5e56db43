"""`billing people roles`, `billing rights` and `billing rates`: what takes away holds at once, what gives waits."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from accounts import store as account_store
from accounts.identity import Permission
from accounts.staff import change_store
from accounts.staff.change_store import StaffChange
from billing.tools.demo import people
from foundation.database import Database
from invoicing.payment import attest_right_store
from invoicing.payment.attest_right_store import Reach
from orders.register import store as register_store
from tests.support.command_line import Desk
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.system import System, example_register

# The accounts of the demo, by what they may do.
SUPPLIERS, OFFICER, FINANCE, ADMIN = "user-1", "user-5", "user-6", "user-9"
_P = Permission


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    database = migrated(desk.url)
    System(database).change_register(example_register())
    with database.writing() as session:
        people.move_in(session, register_store.load(session), at=CLOCK)
    database.close()
    return desk


def roles_of(desk: Desk, person: str) -> frozenset[Permission]:
    database = Database(desk.url)
    with database.reading() as session:
        account = account_store.by_id(session, int(person.removeprefix("user-")))
    database.close()
    assert account is not None
    return account.permissions


def waiting(desk: Desk) -> list[StaffChange]:
    database = Database(desk.url)
    with database.reading() as session:
        found = list(change_store.listed(session, only_open=True))
    database.close()
    return found


def test_a_role_is_taken_away_at_once_also_where_another_is_given(desk: Desk) -> None:
    before = roles_of(desk, FINANCE)
    words = ("people", "roles", FINANCE, "--by", ADMIN, "--lang", "en")
    told = desk.run(*words, "--remove", "FINANCE", "--add", "AUDIT")
    assert "no longer holds. Proposal 1 about what is new" in told.out
    assert roles_of(desk, FINANCE) == before - {_P.FINANCE}
    (change,) = waiting(desk)
    assert (change.content["added"], change.content["removed"]) == ("AUDIT", "")
    # Only something given: nothing is gone, and nothing holds yet.
    assert "Proposal 2 waits" in desk.run(*words, "--add", "OFFICER").out
    assert roles_of(desk, FINANCE) == before - {_P.FINANCE}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((FINANCE, "--by", ADMIN), "Say what is to change"),
        ((FINANCE, "--by", ADMIN, "--add", "FINANCE", "--remove", "AUDIT"), "Nothing changes"),
        ((FINANCE, "--by", ADMIN, "--add", "AUDIT", "--add", "OFICER"), "OFICER is no role"),
        ((FINANCE, "--by", ADMIN, "--remove", "REPORT"), "REPORT is no role"),
        ((FINANCE, "--by", OFFICER, "--remove", "FINANCE"), "Only an administrator"),
    ],
)
def test_what_would_change_nothing_or_is_no_role_is_refused_in_a_sentence(
    desk: Desk, words: tuple[str, ...], sentence: str
) -> None:
    before = roles_of(desk, FINANCE)
    assert sentence in desk.run("people", "roles", *words, "--lang", "en", code=1).err
    assert (roles_of(desk, FINANCE), waiting(desk)) == (before, [])


def test_a_suppliers_people_have_no_roles_of_ours(desk: Desk) -> None:
    """Their permissions lie at places, which a change from here would widen to all."""
    before = roles_of(desk, SUPPLIERS)
    for change in ("--add", "--remove"):
        words = ("people", "roles", SUPPLIERS, "--by", ADMIN, change, "AUDIT", "--lang", "en")
        assert "is not the buyer's" in desk.run(*words, code=4).err
    assert roles_of(desk, SUPPLIERS) == before


def test_the_day_that_was_given_is_said_when_a_right_ends(desk: Desk) -> None:
    database = Database(desk.url)
    with database.writing() as session:
        right = attest_right_store.give(
            session,
            person="user-7",
            limit=Decimal("100"),
            valid_from=date(2026, 1, 1),
            valid_to=None,
            reach=Reach(),
            by=ADMIN,
            confirmed_by="user-13",
        )
    database.close()
    words = ("rights", "end", right, "--by", ADMIN, "--on", "2026-12-24", "--lang", "en")
    assert desk.run(*words).out.strip() == "The right to attest holds through 2026-12-24."


def test_rates_that_wait_are_among_the_listed_and_days_and_numbers_are_read_as_everywhere(desk: Desk) -> None:
    by = ("--by", FINANCE)
    for words in (("soon", "4,00"), ("2027-01-01", "four"), ("2027-01-01", "NaN")):
        assert "Error" in desk.run("rates", "ask", *words, *by, code=2).err
    assert "Error" in desk.run("receivables", "demand", "1", *by, "--due-on", "soon", code=2).err
    number = desk.run("rates", "ask", "2027-01-01", "4,00", *by).out.strip()
    listed = {each["id"]: each for each in json.loads(desk.run("rates", "list", "--json").out)}
    assert listed[int(number)] == {
        "id": int(number),
        "valid_from": "2027-01-01",
        "percent": "4.00",
        "state": "ASKED",
        "asked_by": FINANCE,
    }
    # What came with the program stands, and has no number.
    assert listed[None]["state"] == "STANDING"
