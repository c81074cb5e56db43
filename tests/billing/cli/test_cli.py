"""The entry to the command line: usage, common options, and what a command says when it is stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import pytest

from billing.cli.exit_codes import stopped_by
from foundation.apart.confined import WorkFailed
from foundation.formatting import kronor
from foundation.money import Money
from peppol.validation import apart
from peppol.validation.validation import ValidationResult
from tests.support.command_line import FOREIGN, ORDER, REFERENCE, Desk, a_desk
from tests.support.interrupting import heeding_interrupts
from tests.support.project import PROJECT


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return a_desk(tmp_path)


@pytest.mark.parametrize(
    "words",
    [
        ("orders", "list", "--lang", "de"),
        ("orders", "due", "--on", "yesterday"),
        ("reconcile", "--by", "colour"),
        ("reconcile", "--month", "2026-13"),
        ("invoices", "list", "--state", "LOST"),
        ("payments", "pay"),
        ("receive",),
        ("nonsense",),
    ],
)
def test_wrong_usage_ends_with_2(desk: Desk, words: tuple[str, ...]) -> None:
    assert "Error" in desk.run(*words, code=2).err


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "går inte att tolka"),
        ("postgresql://payer:hush@h:port/d", "går inte att tolka"),
        ("postgresql://payer:hush@127.0.0.1:1/d", "svarar inte som väntat"),
        ("mysql://payer:hush@h/d", "stöds inte"),
        (f"sqlite:///{FOREIGN}", "svarar inte som väntat"),
        ("sqlite:////proc/nowhere/billing.sqlite", "finns inte"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_a_sentence_without_its_password(
    desk: Desk, url: str, sentence: str
) -> None:
    told = desk.run("--database", url, "orders", "list", code=1)
    assert sentence in told.err
    assert "hush" not in told.err


def test_the_common_options_may_stand_before_or_after_the_command(desk: Desk) -> None:
    other = f"sqlite:///{desk.folder / 'other.sqlite'}"
    desk.run("--database", other, "init")
    assert desk.run("orders", "list", "--database", other, "--json").json == []
    assert desk.run("--lang", "en", "orders", "show", "1", code=4).err.startswith("There is no order 1")
    assert desk.run("--lang", "en", "orders", "show", "1", "--lang", "sv", code=4).err.startswith("Det finns")


def test_a_fault_of_the_program_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert stopped_by(ZeroDivisionError("a value nobody should see"), "sv") == 1
    assert capsys.readouterr().err == (
        "Ett fel i programmet (ZeroDivisionError). Det som redan skrivits står kvar. "
        "Kör om med --trace och anmäl det.\n"
    )


@pytest.mark.parametrize("columns", ["80", "120"])
def test_every_table_fits_the_terminal_and_keeps_its_amounts(desk: Desk, columns: str) -> None:
    first = desk.invoice("F-1")
    desk.run("receive", first)
    desk.run("receive", desk.again(first, "F-2"), FOREIGN, code=3)
    amount = kronor(Money.of(desk.run("orders", "list", "--json").json[0]["amount"]))
    for words in (
        ("orders", "list"),
        ("orders", "show", ORDER),
        ("timeline", REFERENCE),
        ("reconcile",),
        ("invoices", "list"),
        ("explain", "F-2"),
        ("inbox", "list"),
        ("post", "list"),
        ("events", "list"),
        ("payments", "due", "--on", "2026-12-01"),
    ):
        out = desk.run(*words, columns=columns).out
        assert max(map(len, out.splitlines())) <= int(columns), words
        assert "\x1b" not in out
        if words[0] in ("orders", "timeline", "reconcile"):
            assert amount in out, words


def test_a_name_cannot_steer_the_terminal(desk: Desk) -> None:
    path = desk.folder / "\x1b[2J‮.xml"
    path.write_bytes(FOREIGN.read_bytes())
    for command in ("receive", "validate"):
        assert "\x1b" not in desk.run(command, path, code=3).out
    for words in (("list",), ("show", "1")):
        out = desk.run("inbox", *words).out
        assert "\x1b" not in out
        assert "‮" not in out


def test_the_program_ends_with_130_when_it_is_interrupted(desk: Desk) -> None:
    pipe = desk.folder / "pipe"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "billing.cli.cli", "receive", str(pipe)]
    environment = {**os.environ, "BILLING_DATABASE_URL": desk.url}
    with heeding_interrupts():
        program = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    with program, _opened_by(program, pipe):
        program.send_signal(signal.SIGINT)
        _, complaint = program.communicate(timeout=20)
    assert program.returncode == 130
    assert complaint == "Avbruten.\n"


@contextmanager
def _opened_by(program: subprocess.Popen[str], pipe: Path) -> Iterator[None]:
    """The pipe's end to write to, from when the program has opened the other and reads; nobody waits for a dead one."""
    while True:
        assert program.poll() is None, program.communicate()
        with suppress(OSError):  # nobody has opened the other end yet
            end = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
            break
        time.sleep(0.02)
    yield
    os.close(end)


def test_one_file_that_cannot_be_checked_is_named_and_the_others_are_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours in one of them is no reason to say nothing of the rest."""
    validate = apart.validate

    def checked(body: bytes, *, on: date) -> ValidationResult:
        if body == b"<Faulty/>":
            raise WorkFailed("KeyError somewhere.py:1")
        return validate(body, on=on)

    monkeypatch.setattr(apart, "validate", checked)
    faulty, other = desk.folder / "faulty.xml", desk.folder / "other.xml"
    faulty.write_bytes(b"<Faulty/>")
    other.write_bytes(b"<Other/>")
    told = desk.run("validate", faulty, desk.folder / "none.xml", other, "--json", code=1)
    assert [each["file"] for each in json.loads(told.out)] == [str(other)]
    refused = zip((faulty, desk.folder / "none.xml"), told.err.splitlines(), strict=True)
    assert [str(each) in line for each, line in refused] == [True, True]
