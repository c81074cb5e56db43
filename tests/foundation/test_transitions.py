"""A thing is moved by its table of transitions alone, and by one person at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, insert, select

from foundation.sql import Session
from foundation.text import WrittenText
from foundation.transitions import MovedMeanwhile, StepRefused, Transitions, move, move_all, moved_first


class Parcel(StrEnum):
    """Where a parcel is."""

    PACKED = "PACKED"
    SENT = "SENT"
    BACK = "BACK"
    DELIVERED = "DELIVERED"


_P = Parcel
PARCELS = Transitions(
    {_P.PACKED: {_P.SENT}, _P.SENT: {_P.DELIVERED, _P.BACK}, _P.BACK: {_P.PACKED, _P.BACK}},
    ends={_P.DELIVERED},
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
        assert refused.value.text.sv == "Paket 1 är PACKED och kan inte bli DELIVERED. Se i hyllan."
        assert refused.value.text.en == "Parcel 1 is PACKED and cannot become DELIVERED. Look on the shelf."
        assert states(session) == [_P.PACKED]


def test_who_comes_second_is_told_and_changes_nothing() -> None:
    with shelf(_P.SENT) as session:
        step(session, _P.SENT, _P.DELIVERED)
        with pytest.raises(MovedMeanwhile, match="Parcel 1 is SENT no longer: somebody else was first"):
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
        Transitions(rows, ends=ends)


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
