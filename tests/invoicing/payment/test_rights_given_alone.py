"""What lets somebody attest takes two: what one person gave alone waits, and another confirms it once."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import insert, update

from foundation import journal
from foundation.errors import NotThere
from foundation.money import Money
from foundation.sql import Session
from invoicing.payment import attest_right_store
from invoicing.payment import tables as payment_tables
from invoicing.payment.attest_right_store import Given, RightRefused
from invoicing.payment.attest_rights import (
    AttestRefused,
    NotAttested,
    Right,
    Subject,
    Substitution,
    granted,
)
from tests.support.stories.paying import ADMINISTRATOR, ATTESTER, OTHER_ADMINISTRATOR, SECOND, PayDesk
from tests.support.stories.system import a_system

FROM, UNTIL, MARCH = date(2026, 1, 1), date(2026, 12, 31), date(2026, 3, 5)
RIGHT, SUBSTITUTE = payment_tables.attest_right, payment_tables.attest_substitute
TABLES = {Given.RIGHT: RIGHT, Given.SUBSTITUTE: SUBSTITUTE}
LETS = {Given.RIGHT: ATTESTER, Given.SUBSTITUTE: SECOND}


@pytest.fixture
def desk(database_url: str) -> Iterator[PayDesk]:
    with a_system(database_url) as system:
        yield PayDesk(system)


def write(desk: PayDesk, step: Callable[[Session], object]) -> None:
    with desk.system.database.writing() as session:
        step(session)


def given_alone_before(desk: PayDesk) -> None:
    """Two rights and two substitutes from before it took two, none of them the first of its kind."""
    right = {"person": ATTESTER, "limit_amount": Decimal("500.00")}
    lent = {"person": ATTESTER, "substitute": SECOND, "valid_to": UNTIL}
    with desk.system.database.writing() as session:
        for by, day in ((ADMINISTRATOR, date(2026, 1, 2)), (OTHER_ADMINISTRATOR, FROM)):
            for table, row in ((RIGHT, right), (SUBSTITUTE, lent)):
                session.execute(insert(table), {**row, "given_by": by, "valid_from": day})


def alone(desk: PayDesk, kind: Given, key: int) -> tuple[str, str]:
    with desk.system.database.reading() as session:
        return attest_right_store.given_alone(session, kind, key)


def confirm(desk: PayDesk, kind: Given, key: int, *, by: str) -> None:
    write(desk, lambda session: attest_right_store.confirm(session, kind, key, by=by))


def confirmed(desk: PayDesk) -> dict[Given, list[tuple[int, bool]]]:
    with desk.system.database.reading() as session:
        return {
            Given.RIGHT: [(each.id, each.is_confirmed) for each in attest_right_store.rights(session)],
            Given.SUBSTITUTE: [
                (each.id, each.is_confirmed) for each in attest_right_store.substitutions(session)
            ],
        }


@pytest.mark.parametrize("kind", Given)
def test_another_confirms_what_one_gave_alone_and_once(desk: PayDesk, kind: Given) -> None:
    given_alone_before(desk)
    assert alone(desk, kind, 1) == (ADMINISTRATOR, LETS[kind])
    assert alone(desk, kind, 2) == (OTHER_ADMINISTRATOR, LETS[kind])
    confirm(desk, kind, 2, by=ADMINISTRATOR)
    # By the day it holds from: the second was for the day before.
    assert confirmed(desk) == {
        each: [(2, each is kind), (1, False)] for each in (Given.RIGHT, Given.SUBSTITUTE)
    }
    with desk.system.database.reading() as session:
        row = list(journal.rows(session))[-1]
    assert (row.actor, row.action, row.subject, json.loads(row.detail)) == (
        ADMINISTRATOR,
        f"right.{'confirmed' if kind is Given.RIGHT else 'substitute_confirmed'}",
        f"{kind.lower()} 2",
        {"person": LETS[kind], "given_by": OTHER_ADMINISTRATOR},
    )
    for gone in (2, 3):
        with pytest.raises(NotThere):
            alone(desk, kind, gone)
        with pytest.raises(NotThere):
            confirm(desk, kind, gone, by=SECOND)
    assert alone(desk, kind, 1)


@pytest.mark.parametrize("kind", Given)
@pytest.mark.parametrize("by", ["", OTHER_ADMINISTRATOR, "whom it lets attest"])
def test_neither_who_gave_it_nor_who_attests_by_it_confirms_it(desk: PayDesk, kind: Given, by: str) -> None:
    given_alone_before(desk)
    with pytest.raises(RightRefused, match="confirms"):
        confirm(desk, kind, 2, by=LETS[kind] if by.startswith("whom") else by)
    assert confirmed(desk)[kind] == [(2, False), (1, False)]


@pytest.mark.parametrize("kind", Given)
def test_of_two_who_confirm_at_once_the_second_is_told(
    desk: PayDesk, kind: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_alone_before(desk)
    asked = attest_right_store.given_alone

    def while_another_confirms(session: Session, kind: Given, key: int) -> tuple[str, str]:
        found = asked(session, kind, key)
        table = TABLES[kind]
        session.execute(update(table).where(table.c.id == key).values(confirmed_by="user-16"))
        return found

    monkeypatch.setattr(attest_right_store, "given_alone", while_another_confirms)
    with pytest.raises(RightRefused, match="already"):
        confirm(desk, kind, 2, by=ADMINISTRATOR)


# Given by two -------------------------------------------------------------------------------------


def give(desk: PayDesk, **other: object) -> int:
    given: dict[str, object] = {
        "person": ATTESTER,
        "limit": Decimal("500.00"),
        "valid_from": FROM,
        "by": ADMINISTRATOR,
        "confirmed_by": OTHER_ADMINISTRATOR,
        **other,
    }
    with desk.system.database.writing() as session:
        return attest_right_store.give(session, **given)  # type: ignore[arg-type]


def lend(desk: PayDesk, **other: object) -> int:
    given: dict[str, object] = {
        "person": ATTESTER,
        "stand_in": SECOND,
        "valid_from": FROM,
        "valid_to": UNTIL,
        "by": ADMINISTRATOR,
        "confirmed_by": OTHER_ADMINISTRATOR,
        **other,
    }
    with desk.system.database.writing() as session:
        return attest_right_store.substitute(session, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        (lambda desk: give(desk, confirmed_by=""), "confirms"),
        (lambda desk: give(desk, confirmed_by=ADMINISTRATOR), "confirms"),
        (lambda desk: give(desk, confirmed_by=ATTESTER), "confirms"),
        (lambda desk: give(desk, person=""), "Nobody"),
        (lambda desk: give(desk, person=ADMINISTRATOR), "Nobody"),
        (lambda desk: give(desk, limit=Decimal("0.00")), "limit"),
        (lambda desk: give(desk, limit=Decimal("0.001")), "limit"),
        (lambda desk: give(desk, valid_to=date(2025, 12, 31)), "before the first day"),
        (lambda desk: give(desk, valid_to=date(2036, 1, 10)), "ten years"),
        (lambda desk: lend(desk, confirmed_by=""), "confirms"),
        (lambda desk: lend(desk, confirmed_by=ADMINISTRATOR), "confirms"),
        (lambda desk: lend(desk, confirmed_by=SECOND), "confirms"),
        (lambda desk: lend(desk, stand_in=""), "stand-in|substitute"),
        (lambda desk: lend(desk, stand_in=ATTESTER), "stand-in|substitute"),
        (lambda desk: lend(desk, stand_in=ADMINISTRATOR), "stand-in|substitute"),
        (lambda desk: lend(desk, valid_to=date(2025, 12, 31)), "before the first day"),
        (lambda desk: lend(desk, valid_to=date(2036, 1, 10)), "ten years"),
    ],
)
def test_what_is_not_given_is_told_why(desk: PayDesk, refused: Callable[[PayDesk], int], why: str) -> None:
    with pytest.raises(RightRefused, match=why):
        refused(desk)
    assert confirmed(desk) == {Given.RIGHT: [], Given.SUBSTITUTE: []}


def test_the_smallest_right_and_the_shortest_and_the_longest_are_given(desk: PayDesk) -> None:
    give(desk, limit=Decimal("0.01"), valid_to=FROM)
    give(desk, limit=Decimal("0.01"), valid_to=date(2036, 1, 9))
    lend(desk, valid_to=FROM)
    lend(desk, valid_to=date(2036, 1, 9))
    assert [len(each) for each in confirmed(desk).values()] == [2, 2]


def test_rights_are_told_by_person_and_day_and_substitutes_by_day(desk: PayDesk) -> None:
    give(desk, person=SECOND, valid_from=FROM)
    give(desk, person=ATTESTER, valid_from=MARCH)
    give(desk, person=ATTESTER, valid_from=FROM)
    give(desk, person=ATTESTER, valid_from=FROM)
    lend(desk, valid_from=MARCH)
    lend(desk, valid_from=FROM)
    lend(desk, valid_from=FROM)
    assert confirmed(desk) == {
        Given.RIGHT: [(3, True), (4, True), (2, True), (1, True)],
        Given.SUBSTITUTE: [(2, True), (3, True), (1, True)],
    }


def test_a_right_that_is_not_there_ends_not_and_the_others_go_on(desk: PayDesk) -> None:
    one, other = give(desk), give(desk)
    for end in (attest_right_store.end, attest_right_store.end_substitute):
        with pytest.raises(RightRefused, match="already"), desk.system.database.writing() as session:
            end(session, 99, last_day=MARCH, by=ADMINISTRATOR)
    write(desk, lambda session: attest_right_store.end(session, other, last_day=MARCH, by=ADMINISTRATOR))
    with desk.system.database.reading() as session:
        found = {each.id: (each.valid_from, each.valid_to) for each in attest_right_store.rights(session)}
    assert found == {one: (FROM, None), other: (FROM, MARCH)}
    lends = [lend(desk), lend(desk)]
    write(
        desk,
        lambda session: attest_right_store.end_substitute(
            session, lends[1], last_day=MARCH, by=ADMINISTRATOR
        ),
    )
    with desk.system.database.reading() as session:
        days = {
            each.id: (each.valid_from, each.valid_to) for each in attest_right_store.substitutions(session)
        }
    assert days == {lends[0]: (FROM, UNTIL), lends[1]: (FROM, MARCH)}


# Why a person may not -------------------------------------------------------------------------------

OWN = Right(1, ATTESTER, Decimal("10.00"), "a", "BASIC", "LO-NORD", FROM, None)
PAID = Subject(
    "F-1", Money.of("10.00"), "a", frozenset({"BASIC"}), frozenset({"LO-NORD"}), prepared_by="user-2"
)


@pytest.mark.parametrize(
    ("person", "subject", "right", "why"),
    [
        ("", {}, {}, NotAttested.PREPARED),
        (ATTESTER, {"prepared_by": ATTESTER}, {}, NotAttested.PREPARED),
        (ATTESTER, {"decided_by": frozenset({ATTESTER})}, {}, NotAttested.DECIDED),
        (ATTESTER, {"account_confirmed_by": frozenset({ATTESTER})}, {}, NotAttested.ACCOUNT_CONFIRMED),
        (SECOND, {}, {}, NotAttested.NO_RIGHT),
        (ATTESTER, {}, {"is_confirmed": False}, NotAttested.NO_RIGHT),
        (ATTESTER, {}, {"valid_from": UNTIL}, NotAttested.NO_RIGHT),
        (ATTESTER, {"supplier": "b"}, {}, NotAttested.OUTSIDE),
        (ATTESTER, {"articles": frozenset({"BASIC", "RESULT"})}, {}, NotAttested.OUTSIDE),
        (ATTESTER, {"areas": frozenset({"LO-SYD"})}, {}, NotAttested.OUTSIDE),
        (ATTESTER, {"amount": Money.of("10.01")}, {}, NotAttested.OVER_LIMIT),
    ],
)
def test_each_refusal_says_which_it_is_and_about_what(
    person: str, subject: dict[str, object], right: dict[str, object], why: NotAttested
) -> None:
    with pytest.raises(AttestRefused, match="F-1") as refused:
        granted(person, replace(PAID, **subject), [replace(OWN, **right)], [], on=MARCH)  # type: ignore[arg-type]
    assert refused.value.why is why
    assert granted(ATTESTER, PAID, [OWN], [], on=MARCH).right == OWN


def test_of_two_who_lend_their_rights_the_first_by_name_is_used() -> None:
    lent = [replace(OWN, person=person) for person in ("user-8", "user-7")]
    stand_ins = [Substitution(each.person, SECOND, FROM, UNTIL) for each in lent]
    for rights in (lent, lent[::-1]):
        assert granted(SECOND, PAID, rights, stand_ins, on=MARCH).of == "user-7"
