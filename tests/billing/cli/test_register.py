"""`billing register`: an example to begin from, what a load would change, and what it is refused for."""

import re
from contextlib import closing
from pathlib import Path

import pytest
import typer

from accounts import store as account_store
from accounts.store import AccountState
from billing.migrations.schema import open_database
from billing.tools.demo import people
from orders.register import store as register_store
from tests.support.command_line import REGISTER, Desk, a_desk
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import TALLKOTTEN


def test_the_example_is_the_demos_register_and_loads(tmp_path: Path) -> None:
    desk, written = Desk(tmp_path), tmp_path / "register"
    assert str(written) in desk.run("register", "example", written).out
    assert {path.name: path.read_bytes() for path in written.iterdir()} == {
        path.name: path.read_bytes() for path in REGISTER.iterdir()
    }
    desk.run("init")
    assert "inläst" in desk.run("register", "load", written).out


def test_a_folder_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "buyer.toml").write_text("ours", encoding="utf-8")
    assert "finns redan" in Desk(tmp_path).run("register", "example", tmp_path, code=1).err
    assert [path.name for path in tmp_path.iterdir()] == ["buyer.toml"]


def test_a_check_shows_the_difference_and_writes_nothing_and_a_load_applies_it(tmp_path: Path) -> None:
    desk, written = a_desk(tmp_path), tmp_path / "register"
    desk.run("register", "example", written)
    file = written / "policy.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        re.sub(r"(?m)^payment_terms_days = 30", "payment_terms_days = 20", text), encoding="utf-8"
    )
    said = desk.run("register", "check", written).out
    assert "policy: 1 ändras [payment_terms_days (1)]" in said
    assert "kan läsas in" in said
    assert "oförändrat" in desk.run("register", "load", REGISTER).out
    assert "policy: 1 ändras" in desk.run("register", "load", "--yes", written).out
    assert "oförändrat" in desk.run("register", "load", written).out


def test_at_a_terminal_the_load_asks_and_no_leaves_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, written = a_desk(tmp_path), tmp_path / "register"
    desk.run("register", "example", written)
    file = next(each for each in written.iterdir() if "[[units]]" in each.read_text(encoding="utf-8"))
    file.write_text(file.read_text(encoding="utf-8").replace('name = "', 'name = "Nya ', 1), encoding="utf-8")
    monkeypatch.setattr("billing.cli.commands.register.at_terminal", lambda: True)
    monkeypatch.setattr("typer.confirm", _no)
    desk.run("register", "load", written, code=1)
    assert "oförändrat" in desk.run("register", "load", REGISTER).out
    assert "inläst" in desk.run("register", "load", "--yes", written).out


def _no(question: str, *, abort: bool) -> None:
    assert question == "Läs in ändringen?"
    assert abort
    raise typer.Abort


def test_a_register_without_what_open_orders_need_is_refused_line_by_line(tmp_path: Path) -> None:
    desk, written = a_desk(tmp_path), tmp_path / "register"
    desk.run("register", "example", written)
    for file in written.iterdir():
        text = file.read_text(encoding="utf-8").replace("UV-101", "UV-999")
        file.write_text(text, encoding="utf-8")
    for command in ("check", "load"):
        answer = desk.run("register", command, written, code=1)
        (line,) = answer.err.splitlines()
        assert line.startswith("units UV-101 finns inte i filerna.")
        assert "först 2100000001" in line
        assert "units: 1 tillkommer (UV-999), 1 tas bort (UV-101)" in answer.out
    assert "oförändrat" in desk.run("register", "load", REGISTER).out


def test_a_company_that_leaves_has_its_accounts_ended_by_the_operator(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    with closing(open_database(desk.url)) as database, database.writing() as session:
        people.move_in(session, register_store.load(session), at=CLOCK)
        (last, *others) = account_store.of_organisation(session, TALLKOTTEN)
    for account in (last, *others):
        assert "avslutat" in desk.run("people", "end", account.person.id).out
    assert "inget konto" in desk.run("people", "end", "user-9999", code=4).err
    with closing(open_database(desk.url)) as database, database.reading() as session:
        assert {each.state for each in account_store.of_organisation(session, TALLKOTTEN)} == {
            AccountState.ENDED
        }
