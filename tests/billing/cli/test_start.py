"""The start of `billing`: its help and its version load nothing that only single commands need."""

import subprocess
import sys
from importlib import metadata

import pytest
from typer.testing import CliRunner

from billing.cli.cli import COMMANDS, app
from billing.cli.lazy import loaded

# What single commands stand on, and the system as a whole.
HEAVY = {
    "fastapi",
    "starlette",
    "uvicorn",
    "httpx",
    "dns",
    "jinja2",
    "argon2",
    "babel",
    "weasyprint",
    "openpyxl",
    "paramiko",
    "sqlalchemy",
    "alembic",
    "pydantic",
    "lxml",
    "holidays",
    "structlog",
}
LISTING = """
import sys
from billing.cli.cli import main
try:
    main()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def loaded_by(*words: str) -> set[str]:
    """The libraries in memory when `billing` with these words has ended."""
    done = subprocess.run([sys.executable, "-c", LISTING, *words], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_help_and_version_load_none_of_the_heavy_libraries(word: str) -> None:
    assert loaded_by(word) & HEAVY == set()


def test_a_command_that_asks_the_books_loads_neither_the_web_nor_the_migrations() -> None:
    others = {"fastapi", "httpx", "dns", "jinja2", "argon2", "alembic"}
    assert loaded_by("orders", "list", "--help") & others == set()


def test_the_version_is_that_of_the_installed_system() -> None:
    done = CliRunner().invoke(app, ["--version"])
    assert done.exit_code == 0
    assert done.output == f"billing {metadata.version('rusta-matcha-billing')}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_of_a_command_what_the_command_says_of_itself(name: str) -> None:
    assert loaded(name, COMMANDS[name]).help == COMMANDS[name].help


def test_every_line_of_the_table_is_in_the_help() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}, terminal_width=200).output
    for name, place in COMMANDS.items():
        assert f"  {name} " in shown
        assert place.help.partition(" / ")[0] in shown


def test_a_command_that_is_not_there_is_answered_with_the_nearest() -> None:
    done = CliRunner().invoke(app, ["ordrs"])
    assert done.exit_code == 2
    assert "'orders'" in done.output
