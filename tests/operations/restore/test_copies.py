"""A copy of the books: what it says of itself, what is noticed when it is not whole, and where it is not put."""

import json
from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from billing.cli.cli import app
from billing.cli.commands.installation import copies
from foundation import books_mark
from foundation.database import Database
from foundation.engines.options import DatabaseOptions, Pooler
from foundation.errors import Refused
from operations.restore import backup, loading, manifest
from tests.support.servers import stoppable_postgresql
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.system import System, example_register
from tests.support.stories.two_buyers import two_buyers

pytestmark = pytest.mark.both_engines


@pytest.fixture
def books(database_url: str) -> str:
    with closing(migrated(database_url)) as database:
        system = System(database)
        system.change_register(example_register())
        system.decide("100000101", start=date(2026, 1, 1))
    return database_url


@pytest.fixture
def copy(books: str, tmp_path: Path) -> Path:
    made = billing(books, "backup", "--to", str(tmp_path / "copies"))
    assert made.exit_code == 0, made.output
    return Path(made.stdout.strip())


def billing(url: str, *given: str, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(app, ["--database", url, "--lang", "en", *given])


def test_a_copy_says_what_it_is_of_and_what_is_left_out_and_is_its_owners_alone(
    books: str, copy: Path
) -> None:
    told = json.loads(manifest.place_of(copy).read_text())
    assert told["rows"]["purchase_order"] == 1
    assert told["journal_rows"] > 0
    assert told["sha256"] == backup.sha256_of(copy)
    assert {"the mark of the books", "keys of sealed secrets"} <= set(told["left_out"])
    assert {each.stat().st_mode & 0o077 for each in (copy.parent, copy, manifest.place_of(copy))} == {0}
    assert sorted(each.name for each in copy.parent.iterdir()) == [copy.name, f"{copy.name}.manifest.json"]
    said = billing(books, "restore", "verify", str(copy))
    assert said.exit_code == 0
    assert "The copy is whole" in said.stdout


def changed_byte(path: Path) -> None:
    """One bit in the middle of the file."""
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def another_word_in_the_manifest(path: Path) -> None:
    place = manifest.place_of(path)
    place.write_text(place.read_text().replace('"purchase_order": 1', '"purchase_order": 2'))


def no_manifest(path: Path) -> None:
    manifest.place_of(path).unlink()


def manifest_cut_short(path: Path) -> None:
    cut_short(manifest.place_of(path))


@pytest.mark.parametrize(
    "fault", [changed_byte, cut_short, another_word_in_the_manifest, no_manifest, manifest_cut_short]
)
def test_a_copy_that_is_not_whole_is_neither_verified_nor_loaded(
    books: str, copy: Path, tmp_path: Path, fault: Callable[[Path], None]
) -> None:
    fault(copy)
    for asked in ("verify", "load"):
        refused = billing(f"sqlite:///{tmp_path}/elsewhere.sqlite", "restore", asked, str(copy))
        assert refused.exit_code == 1, asked
        assert str(copy) in refused.stderr
        assert "Traceback" not in refused.stderr
    assert not (tmp_path / "elsewhere.sqlite").exists()


def test_a_row_that_the_copy_lacks_is_missed_whatever_its_digest_says(copy: Path) -> None:
    """What wrote the copy may have lost it: then the digest is of what is wrong."""
    told = manifest.read(copy)
    rows = {**told.rows, "placement": told.rows["placement"] + 1}
    with pytest.raises(Refused) as refused:
        backup.check_rows(copy, replace(told, rows=rows))
    assert "inte hel" in refused.value.text.sv


def test_books_are_not_put_where_there_are_some(books: str, copy: Path) -> None:
    refused = billing(books, "restore", "load", str(copy))
    assert refused.exit_code == 1
    assert "is there already" in refused.stderr or "is not empty" in refused.stderr
    assert billing(books, "orders", "list").exit_code == 0


def test_a_copy_goes_to_the_engine_it_is_of(copy: Path, tmp_path: Path) -> None:
    other = "postgresql://nobody.invalid/x" if copy.suffix == ".sqlite" else f"sqlite:///{tmp_path}/x.sqlite"
    refused = billing(other, "restore", "load", str(copy))
    assert refused.exit_code == 1
    assert "The copy is of" in refused.stderr
    assert not (tmp_path / "x.sqlite").exists()


def test_without_any_mark_loaded_books_are_held_and_the_numbers_jump_far(copy: Path, tmp_path: Path) -> None:
    """The worst day: machine, mark and access point's folder are gone, and one copy is left."""
    if copy.suffix == ".sqlite":
        hold_and_open(f"sqlite:///{tmp_path}/new/books.sqlite", copy)
        return
    with stoppable_postgresql.stoppable_server() as server:
        hold_and_open(server.url, copy)


def hold_and_open(url: str, copy: Path) -> None:
    loaded = billing(url, "restore", "load", str(copy))
    assert loaded.exit_code == 0, loaded.output
    assert "No mark lies outside" in loaded.stderr
    assert billing(url, "work", "--once", "--folder", str(copy.parent)).exit_code != 0
    looked = json.loads(billing(url, "restore", "look", "--json").stdout)
    assert (looked["held"], looked["rows_lost"]) == (True, None)
    assert "No mark outside" in billing(url, "restore", "look").stdout
    went = json.loads(billing(url, "restore", "go", "--by", "user-17", "--json").stdout)
    assert all(last - first >= 999 for first, last in went["jumps"].values())
    assert billing(url, "restore", "end", "--by", "user-17").exit_code == 1
    assert billing(url, "restore", "end", "--by", "user-18").exit_code == 0
    assert billing(url, "check").exit_code == 0
    with closing(Database(url, clock=lambda: CLOCK)) as database:
        System(database, told=10).decide("100000102", start=date(2026, 1, 1))


def test_who_is_killed_while_loading_leaves_books_that_are_held(
    database_url: str, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the rows and all that follows: whoever opens them then finds them held, not as of before the loss."""

    def killed(database: Database) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(copies, "bring_up_to_date", killed)
    with stoppable_postgresql.stoppable_server() if copy.suffix == ".dump" else nullcontext() as server:
        url = server.url if server is not None else f"sqlite:///{tmp_path}/new/books.sqlite"
        assert billing(url, "restore", "load", str(copy)).exit_code == 130
        with closing(Database(url)) as database, database.reading() as session:
            assert books_mark.is_held(session)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_is_killed_between_the_rows_and_the_hold_leaves_books_that_nobody_opens(
    database_url: str, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*given: object, **named: object) -> None:
        raise KeyboardInterrupt

    with stoppable_postgresql.stoppable_server() as server:
        with monkeypatch.context() as planted:
            planted.setattr(loading, "_check_and_hold", killed)
            assert billing(server.url, "restore", "load", str(copy)).exit_code == 130
        for words in (("work", "--once", "--folder", str(copy.parent)), ("init",), ("orders", "list")):
            refused = billing(server.url, *words)
            assert refused.exit_code == 1, words
            assert "only half loaded" in refused.stderr, words


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_buyers_books_are_copied_and_loaded_the_first_first(database_url: str, tmp_path: Path) -> None:
    with two_buyers(database_url) as both:
        both.second.decide("100000102", start=date(2026, 1, 1))
        made = billing(database_url, "backup", "--all", "--to", str(tmp_path / "copies"))
    assert made.exit_code == 0, made.output
    first, second = (Path(each) for each in made.stdout.split())
    url = f"sqlite:///{tmp_path}/new/billing.sqlite"
    assert billing(url, "restore", "load", str(first)).exit_code == 0
    loaded = billing(url, "--buyer", "karlstad", "restore", "load", str(second))
    assert loaded.exit_code == 0, loaded.output
    orders = json.loads(billing(url, "--buyer", "karlstad", "orders", "list", "--json").stdout)
    assert [each["execution_reference"] for each in orders] == ["100000102"]
    # A buyer whose books cannot be read stops no other's copy, and the end says so.
    (tmp_path / "new" / "billing-karlstad.sqlite").unlink()
    again = billing(url, "backup", "--all", "--to", str(tmp_path / "again"))
    assert again.exit_code == 1
    assert len(again.stdout.split()) == 1
    assert "karlstad" in again.stderr


def test_a_pooler_of_transactions_gives_no_copy(tmp_path: Path) -> None:
    options = DatabaseOptions(Pooler.TRANSACTION)
    with (
        closing(Database("postgresql://db/books", options=options)) as database,
        pytest.raises(Refused) as refused,
    ):
        backup.backup(database, tmp_path, now=CLOCK)
    assert "pg_dump" in refused.value.text.sv
