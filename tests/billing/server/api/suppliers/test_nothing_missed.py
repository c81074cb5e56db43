"""A law: who goes on from `updated_cursor` has at last what a whole reading tells, whatever was written meanwhile."""

import threading
from collections.abc import Callable, Sequence
from datetime import date
from itertools import count
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation import journal
from orders.tutors import tutors
from tests.billing.server.api.suppliers.asking import Headers, followed
from tests.billing.server.api.suppliers.test_placements import add_tutors
from tests.support.servers.api import TODAY, a_client, api, bearing
from tests.support.stories.system import System

LISTS = {"placements": "execution_reference", "receipts": "id", "reports": "href"}


class Reader:
    """A supplier's system that keeps its own copy of each list, by what it is told has changed."""

    def __init__(self, portal: httpx.Client, headers: Headers, *, limit: int) -> None:
        self.portal, self.headers, self.limit = portal, headers, limit
        self.kept: dict[str, dict[object, dict[str, Any]]] = {}
        self.cursors: dict[str, int] = {}
        for name, key in LISTS.items():
            first = portal.get(f"/api/v1/{name}?limit=1", headers=headers).json()
            self.cursors[name] = first["updated_cursor"]
            every = followed(portal, f"/api/v1/{name}?limit=200", headers, name)
            self.kept[name] = {each[key]: each for each in every}

    def read_on(self) -> None:
        """Every change since, page by page."""
        for name, key in LISTS.items():
            path = f"/api/v1/{name}?limit={self.limit}&updated_after={self.cursors[name]}"
            while path:
                answer = self.portal.get(path, headers=self.headers).json()
                # What it kept of a case that has changed is out of date, and may be gone.
                gone = set(answer["updated_references"])
                kept = self.kept[name].items()
                rest = {of: each for of, each in kept if each["execution_reference"] not in gone}
                self.kept[name] = rest | {each[key]: each for each in answer[name]}
                self.cursors[name] = answer["updated_cursor"]
                path = answer["next"]

    def differs(self) -> dict[str, object]:
        """What its copy says otherwise than a whole reading now."""
        found: dict[str, object] = {}
        for name, key in LISTS.items():
            every = followed(self.portal, f"/api/v1/{name}?limit=200", self.headers, name)
            now = {each[key]: each for each in every}
            if now != self.kept[name]:
                found[name] = (now, self.kept[name])
        return found


def steps() -> Sequence[Callable[[System, str], object]]:
    """What may happen to a placement, in the order of its story."""
    back = {"resumed_on": "2026-03-23"}
    return (
        lambda system, reference: system.report(reference, "2026-01", on=date(2026, 2, 2)),
        lambda system, reference: system.file_report(reference, "2026-02", on=date(2026, 3, 2)),
        lambda system, reference: system.interrupt(
            reference, on=date(2026, 3, 17), last_day=date(2026, 3, 17)
        ),
        lambda system, reference: system.must(
            "placement.resumed", {"execution_reference": reference, **back}, on=date(2026, 3, 20)
        ),
        lambda system, reference: system.approve(reference, "2026-02", on=date(2026, 3, 24)),
        lambda system, reference: system.report(reference, "2026-01", version=2, on=date(2026, 3, 25)),
    )


@pytest.mark.law
def test_a_reader_that_goes_on_has_all_that_there_is(system: System) -> None:
    """However short its pages are, whatever happens between two readings; one reader through all examples."""
    numbers = count(100_000_101)
    with api(system, api_requests=100_000) as portal:
        reader = Reader(portal, bearing(a_client(system)[1]), limit=1)

        @settings(max_examples=settings().max_examples // 5)
        @given(
            told=st.lists(st.tuples(st.integers(0, 1), st.booleans()), max_size=8), limit=st.integers(1, 4)
        )
        def goes_on(told: list[tuple[int, bool]], limit: int) -> None:
            reader.limit = limit
            references = [str(next(numbers)) for _ in range(2)]
            for reference in references:
                system.decide(reference)
            done = [0, 0]
            for which, reads_on in told:
                if done[which] < len(steps()):
                    steps()[done[which]](system, references[which])
                    done[which] += 1
                if reads_on:
                    reader.read_on()
            reader.read_on()
            assert reader.differs() == {}

        goes_on()


@pytest.mark.both_engines
def test_every_step_of_a_placement_reaches_whoever_goes_on(system: System, portal: httpx.Client) -> None:
    system.decide("100000101")
    add_tutors(system, "H1", "H2")
    system.decide("100000109", start=date(2026, 9, 1))
    reader = Reader(portal, bearing(a_client(system)[1]), limit=2)
    for step in steps():
        step(system, "100000101")
        reader.read_on()
        assert reader.differs() == {}
    for code in ("H1", "H2"):
        with system.database.writing() as session:
            tutors.assign(session, "100000109", code, by="user-1", today=TODAY)
        reader.read_on()
        assert reader.differs() == {}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_change_that_was_begun_first_and_committed_last_is_not_passed(
    system: System, portal: httpx.Client
) -> None:
    """For every list: it gets its number when it is committed (decision 122), and not when it was written."""
    add_tutors(system, "H1")
    for reference in ("100000108", "100000109"):
        system.decide(reference, start=date(2026, 9, 1))
    reader = Reader(portal, bearing(a_client(system)[1]), limit=100)
    wrote, go_on, database = threading.Event(), threading.Event(), system.database

    def first() -> None:
        with database.writing() as session:
            tutors.assign(session, "100000108", "H1", by="user-1", today=TODAY)
            journal.write(session, at=database.clock())
            wrote.set()
            go_on.wait(20)

    slow = threading.Thread(target=first)
    slow.start()
    assert wrote.wait(5)
    with database.writing() as session:
        tutors.assign(session, "100000109", "H1", by="user-1", today=TODAY)
    reader.read_on()
    assert reader.kept["placements"]["100000108"]["tutor"] is None
    assert reader.kept["placements"]["100000109"]["tutor"] == "H1"
    go_on.set()
    slow.join(10)
    reader.read_on()
    assert reader.differs() == {}
