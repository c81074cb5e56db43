"""A mistyped address or folder is told, and nothing is made or overwritten there."""

from pathlib import Path

import pytest
from sqlalchemy import make_url
from typer.testing import CliRunner

from billing.cli.cli import app
from billing.migrations.migrate import open_migrated
from billing.migrations.schema import open_database
from billing.tools.demo import folder as demo_folder
from billing.tools.demo.folder import NotOurs


def test_a_command_makes_no_database_of_a_mistyped_address(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'biling.sqlite'}"
    answer = CliRunner().invoke(app, ["--database", url, "check"])
    assert answer.exit_code == 1
    assert "Det finns ingen databas i" in answer.stderr
    assert "billing init" in answer.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_without_tables_and_one_that_is_not_there_are_told_apart(database_url: str) -> None:
    empty = CliRunner().invoke(app, ["--database", database_url, "orders", "list"])
    assert "Databasen saknar tabeller. Kör först: billing init" in empty.stderr
    elsewhere = make_url(database_url).set(database="bilingg").render_as_string(hide_password=False)
    missing = CliRunner().invoke(app, ["--database", elsewhere, "orders", "list"])
    assert 'database "bilingg" does not exist' in missing.stderr
    assert "Kontrollera adressen" in missing.stderr
    assert (empty.exit_code, missing.exit_code) == (1, 1)


def test_init_makes_it_and_then_it_opens(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'billing.sqlite'}"
    open_migrated(url).close()
    open_database(url).close()
    assert (tmp_path / "new" / "billing.sqlite").exists()


def test_a_demo_does_not_move_into_a_folder_with_other_things(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("kept", encoding="ascii")
    with pytest.raises(NotOurs):
        demo_folder.clear(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]


def test_a_demo_moves_into_a_new_or_empty_folder_and_back_into_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    for _ in range(2):
        demo_folder.clear(folder)
        (folder / "summary.json").write_text("{}", encoding="ascii")
    demo_folder.clear(folder)
    assert not (folder / "summary.json").exists()
