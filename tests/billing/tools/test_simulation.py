"""The simulated world: the same seed, the same bytes; and it plays again elsewhere."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from billing.tools.simulation.playing import Simulated, simulate
from foundation.periods import stockholm_date
from invoicing.documents import store as document_store
from invoicing.intake.queue import read_arrived
from operations.checks import invariants
from operations.event_loading import EventLine, load_events
from orders.register import store as register_store
from peppol.exchange import inbox
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.system import example_register


def play(folder: Path, seed: int, *, participants: int = 8) -> Simulated:
    return simulate(example_register(), participants=participants, months=1, seed=seed, folder=folder)


def bytes_of(folder: Path) -> dict[str, bytes]:
    files = [folder / "events.jsonl", *sorted((folder / "inbox").iterdir())]
    return {file.name: file.read_bytes() for file in files}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Simulated]:
    folder = tmp_path_factory.mktemp("world")
    return folder, play(folder, seed=7)


@pytest.mark.parametrize("participants", [2, pytest.param(8, marks=pytest.mark.slow)])
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    tmp_path: Path, participants: int
) -> None:
    once = play(tmp_path / "once", seed=7, participants=participants)
    assert once.documents > 0
    assert play(tmp_path / "again", seed=7, participants=participants) == once
    assert bytes_of(tmp_path / "again") == bytes_of(tmp_path / "once")
    play(tmp_path / "other", seed=8, participants=participants)
    assert bytes_of(tmp_path / "other") != bytes_of(tmp_path / "once")


def test_no_invariant_breaks_and_every_document_ends_somewhere(world: tuple[Path, Simulated]) -> None:
    _, simulated = world
    assert simulated.broken == ()
    assert simulated.documents > 20
    assert sum(simulated.states.values()) <= simulated.documents


def test_what_went_through_the_doors_plays_again_on_another_database(
    world: tuple[Path, Simulated], database_url: str
) -> None:
    folder, simulated = world
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    # The story is played after its last day: what is dated later than the clock is kept for its day, and the last
    # invoices are sent some days after the last event.
    last = max(CLOCK, *(datetime.fromisoformat(json.loads(line)["time"]) for line in lines))
    afterwards = last + timedelta(days=14)
    database = migrated(database_url, clock=lambda: afterwards)
    try:
        with database.writing() as session:
            register_store.save(session, example_register(), at=afterwards, actor="test")
        told = (EventLine(str(n), line) for n, line in enumerate(lines, 1))
        loaded = load_events(database, told, as_history_by="test")
        assert (loaded.applied, loaded.problems) == (simulated.events, [])
        today = stockholm_date(afterwards)
        for file in sorted((folder / "inbox").iterdir()):
            with database.writing() as session:
                inbox.store(
                    session,
                    file.read_bytes(),
                    transport_id=file.name,
                    received_on=today,
                    received_at=afterwards,
                )
        list(read_arrived(database, today=today))
        with database.reading() as session:
            states = {state.value: count for state, count in document_store.counts(session).items()}
            assert list(invariants.check(session)) == []
        assert states == dict(simulated.states)
    finally:
        database.close()
