"""A thing is moved by its table of transitions alone, and by one person at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, insert, select

from foundation.sql import Session
from foundation.text import Text, WrittenText
from foundation.transitions import (
    MovedMeanwhile,
    StepRefused,
    Transitions,
    move,
    move_all,
    move_each,
    moved_first,
)


class Parcel(StrEnum):
    """Where a parcel is."""

    PACKED = "PACKED"
    SENT = "SENT"
    BACK = "BACK"
    DELIVERED = "DELIVERED"


_P = Parcel
WORDS = {
    _P.PACKED: WrittenText("Packat", "Packed"),
    _P.SENT: WrittenText("På väg", "On its way"),
    _P.BACK: WrittenText("Tillbaka", "Back"),
    _P.DELIVERED: WrittenText("Framme", "Delivered"),
}
PARCELS = Transitions(
    {_P.PACKED: {_P.SENT}, _P.SENT: {_P.DELIVERED, _P.BACK}, _P.BACK: {_P.PACKED, _P.BACK}},
    ends={_P.DELIVERED},
    words=WORDS,
    remedy=WrittenText("Se i hyllan.", "Look on the shelf."),
)
_parcel = Table(
    "parcel",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("state", String(20), nullable=False),
    Column("note", String(20), nullable=False, server_default=""),
)


@contextmanager
def shelf(*states: Parcel) -> Iterator[Session]:
    """A shelf of parcels, numbered from 1."""
    engine = create_engine("sqlite://")
    with engine.connect() as session:
        _parcel.create(session)
        session.execute(insert(_parcel), [{"id": key, "state": state} for key, state in enumerate(states, 1)])
        yield session
    engine.dispose()


def states(session: Session) -> list[Parcel]:
    """Where each parcel is."""
    return [Parcel(each) for each in session.scalars(select(_parcel.c.state).order_by(_parcel.c.id))]


def step(session: Session, was: Parcel, to: Parcel, **values: object) -> None:
    """Move parcel 1."""
    one = _parcel.c.id == 1
    move(
        session,
        _parcel.c.state,
        one,
        PARCELS,
        name=WrittenText("Paket 1", "Parcel 1"),
        was=was,
        to=to,
        values=values,
    )


def test_a_thing_is_moved_with_what_is_noted_of_it_and_no_other_thing_is() -> None:
    with shelf(_P.PACKED, _P.PACKED) as session:
        step(session, _P.PACKED, _P.SENT, note="by train")
        rows = session.execute(select(_parcel).order_by(_parcel.c.id)).all()
        assert [(row.state, row.note) for row in rows] == [("SENT", "by train"), ("PACKED", "")]


def test_a_step_that_is_not_in_the_table_is_refused_in_both_languages() -> None:
    with shelf(_P.PACKED) as session:
        with pytest.raises(StepRefused) as refused:
            step(session, _P.PACKED, _P.DELIVERED)
        assert refused.value.text.sv == (
            "Paket 1 har läget ”Packat” och kan inte få läget ”Framme”. Möjligt härifrån: ”På väg”. Se i hyllan."
        )
        assert refused.value.text.en == (
            "Parcel 1 is in the state “Packed” and cannot get the state “Delivered”. "
            "Possible from here: “On its way”. Look on the shelf."
        )
        assert states(session) == [_P.PACKED]


def refused(table: Transitions[Parcel], was: Parcel, to: Parcel) -> str:
    """What is said in Swedish of a step that is refused."""
    return table.refusal("Paket 1", was, to).text.sv


def test_a_refusal_says_that_a_thing_is_there_already_and_that_nothing_follows_on_an_end() -> None:
    assert refused(PARCELS, _P.DELIVERED, _P.DELIVERED) == (
        "Paket 1 har redan läget ”Framme”. Inget annat läge följer på det. Se i hyllan."
    )
    assert "Möjligt härifrån: ”På väg”." in refused(PARCELS, _P.PACKED, _P.PACKED)


def test_a_refusal_never_offers_what_it_refuses() -> None:
    """A caller may have reasons of its own to refuse a step that the table has."""
    assert "Möjligt härifrån: ”Tillbaka”." in refused(PARCELS, _P.SENT, _P.DELIVERED)


def test_a_refusal_names_what_another_table_lets_follow_too() -> None:
    fetched = Transitions(
        PARCELS.follows, ends=PARCELS.ends, words=WORDS, beside={_P.DELIVERED: {_P.SENT, _P.BACK}}
    )
    assert "Möjligt härifrån: ”På väg”, ”Tillbaka”." in refused(fetched, _P.DELIVERED, _P.PACKED)
    assert not fetched.allows(_P.DELIVERED, _P.SENT)


def test_the_same_steps_may_have_other_words() -> None:
    letters = PARCELS.worded({**WORDS, _P.PACKED: WrittenText("Frankerat")})
    assert letters.follows == PARCELS.follows
    assert refused(letters, _P.PACKED, _P.BACK).startswith("Paket 1 har läget ”Frankerat” och kan inte")


@pytest.mark.parametrize(
    "words",
    [
        {},
        {each: word for each, word in WORDS.items() if each is not _P.BACK},
        {**WORDS, _P.BACK: WrittenText("")},
    ],
)
def test_a_state_without_a_word_is_found_when_the_table_is_made(words: dict[Parcel, Text]) -> None:
    with pytest.raises(ValueError, match="has words for every state"):
        PARCELS.worded(words)


def test_who_comes_second_is_told_and_changes_nothing() -> None:
    with shelf(_P.SENT) as session:
        step(session, _P.SENT, _P.DELIVERED)
        with pytest.raises(
            MovedMeanwhile, match="Parcel 1 is no longer in the state “On its way”: somebody else"
        ):
            step(session, _P.SENT, _P.BACK)
        one = _parcel.c.id == 1
        assert not moved_first(
            session, _parcel.c.state, one, PARCELS, name="Parcel 1", was=_P.SENT, to=_P.BACK
        )
        assert states(session) == [_P.DELIVERED]


def test_of_many_only_those_are_moved_that_may_be() -> None:
    with shelf(_P.PACKED, _P.SENT, _P.BACK, _P.DELIVERED) as session:
        assert move_all(session, _parcel.c.state, _parcel.c.id > 0, PARCELS, to=_P.BACK) == 2
        assert states(session) == [_P.PACKED, _P.BACK, _P.BACK, _P.DELIVERED]


@pytest.mark.parametrize(
    ("rows", "ends"),
    [
        ({}, {_P.DELIVERED}),  # states are missing
        ({_P.PACKED: {_P.SENT}, _P.SENT: {_P.BACK}, _P.BACK: {_P.BACK}}, {_P.DELIVERED}),  # a trap
        (
            {_P.PACKED: {_P.SENT}, _P.SENT: {_P.BACK}, _P.BACK: {_P.SENT}, _P.DELIVERED: {_P.SENT}},
            {_P.DELIVERED},
        ),  # no end
        ({each: set() for each in _P}, {_P.DELIVERED}),
    ],
)
def test_a_table_with_holes_traps_or_false_ends_is_none(
    rows: dict[Parcel, set[Parcel]], ends: set[Parcel]
) -> None:
    with pytest.raises(ValueError, match=r"row for every state|nothing follows on"):
        Transitions(rows, ends=ends, words=WORDS)


@given(st.lists(st.tuples(st.sampled_from(Parcel), st.sampled_from(Parcel)), max_size=20))
def test_no_sequence_of_moves_leaves_the_table(moves: list[tuple[Parcel, Parcel]]) -> None:
    with shelf(_P.PACKED) as session:
        (stands,) = states(session)
        for was, to in moves:
            try:
                step(session, was, to)
            except StepRefused:
                assert states(session) == [stands]
                continue
            assert was is stands
            assert PARCELS.allows(stands, to)
            stands = to
            assert states(session) == [stands]


# Many at once ---------------------------------------------------------------------------------------


def moved_each(session: Session, to: Parcel, *rows: tuple[int, str]) -> list[tuple[str, str]]:
    """Move the parcels of these numbers, each with its note; where each is and its note."""
    given = [{"id": key, "note": note} for key, note in rows]
    move_each(session, _parcel.c.state, _parcel.c.id, PARCELS, to=to, rows=given)
    found = session.execute(select(_parcel).order_by(_parcel.c.id))
    return [(row.state, row.note) for row in found]


def test_each_of_many_is_moved_with_its_own_note_where_it_may_be() -> None:
    with shelf(_P.PACKED, _P.SENT, _P.BACK, _P.DELIVERED) as session:
        assert moved_each(session, _P.BACK, (1, "one"), (2, "two"), (3, "three"), (4, "four")) == [
            ("PACKED", ""),
            ("BACK", "two"),
            ("BACK", "three"),
            ("DELIVERED", ""),
        ]


def test_only_the_rows_that_are_given_are_moved_and_none_where_none_is() -> None:
    with shelf(_P.SENT, _P.SENT) as session:
        assert moved_each(session, _P.BACK) == [("SENT", ""), ("SENT", "")]
        assert moved_each(session, _P.BACK, (2, "here")) == [("SENT", ""), ("BACK", "here")]


def test_of_many_what_is_noted_is_noted_of_those_that_moved() -> None:
    with shelf(_P.PACKED, _P.SENT) as session:
        those = _parcel.c.id > 0
        moved = move_all(session, _parcel.c.state, those, PARCELS, to=_P.BACK, values={"note": "by train"})
        rows = session.execute(select(_parcel.c.note).order_by(_parcel.c.id)).scalars().all()
        assert (moved, list(rows)) == (1, ["", "by train"])


def test_what_may_come_before_a_state_is_told_in_the_order_of_the_states() -> None:
    assert PARCELS.states is Parcel
    assert {each: PARCELS.before(each) for each in Parcel} == {
        _P.PACKED: (_P.BACK,),
        _P.SENT: (_P.PACKED,),
        _P.BACK: (_P.SENT, _P.BACK),
        _P.DELIVERED: (_P.SENT,),
    }


def test_a_table_keeps_all_it_was_made_of_under_other_words() -> None:
    table = Transitions(
        PARCELS.follows,
        ends=PARCELS.ends,
        words=WORDS,
        beside={_P.DELIVERED: {_P.SENT}},
        remedy=WrittenText("Se i hyllan."),
    )
    letters = table.worded({**WORDS, _P.DELIVERED: WrittenText("Utdelat")})
    assert (letters.follows, letters.ends, letters.beside, letters.remedy) == (
        table.follows,
        table.ends,
        table.beside,
        table.remedy,
    )


def test_a_table_of_two_enums_or_that_leads_out_of_its_own_is_none() -> None:
    class Letter(StrEnum):
        """Another thing altogether."""

        SENT = "A LETTER SENT"

    follows: dict[Parcel, set[Parcel]] = {
        _P.PACKED: {_P.SENT},
        _P.SENT: {_P.DELIVERED, _P.BACK},
        _P.BACK: {_P.PACKED},
    }
    letter: Any = Letter.SENT
    ends = {_P.DELIVERED}
    with pytest.raises(ValueError, match="row for every state"):
        Transitions({**follows, letter: {_P.SENT}}, ends=ends, words=WORDS)
    with pytest.raises(ValueError, match="states of its own enum alone"):
        Transitions({**follows, _P.BACK: {letter}}, ends=ends, words=WORDS)
    with pytest.raises(ValueError, match="has words for every state"):
        Transitions(follows, ends=ends, words={**WORDS, letter: WORDS[_P.SENT]})
    with pytest.raises(
        ValueError, match=r"Ends are .*BACK.*DELIVERED.*, but nothing follows on [^,]*DELIVERED[^,]*$"
    ):
        Transitions(follows, ends={_P.DELIVERED, _P.BACK}, words=WORDS)
