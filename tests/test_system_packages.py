"""What the machine lacks: installed as root, otherwise told at once with the command that mends it."""

import os
import subprocess
from pathlib import Path

import pytest

from tests import system_packages
from tests.system_packages import main, provide

ADVICE = "\n    apt-get update && apt-get install --yes --no-install-recommends one three\n"


@pytest.fixture(autouse=True)
def two_of_three_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        system_packages, "NEEDED", {"one": lambda: False, "two": lambda: True, "three": lambda: False}
    )
    monkeypatch.setattr(system_packages, "NEEDED_OF_NPM", {"four": lambda: True})


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands a run would have run."""
    commands: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", lambda command, **how: commands.append(command))
    return commands


@pytest.fixture(autouse=True)
def policy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """What Debian asks whether a server may be started."""
    monkeypatch.setattr(system_packages, "_POLICY", tmp_path / "policy-rc.d")
    return tmp_path / "policy-rc.d"


def machine(monkeypatch: pytest.MonkeyPatch, *, root: bool, apt: bool) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(system_packages, "has_program", lambda name: apt)


def test_a_user_is_told_all_that_is_missing_and_one_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: list[list[str]]
) -> None:
    machine(monkeypatch, root=False, apt=True)
    assert main() == 1
    told = capsys.readouterr().err
    assert "saknas på maskinen: one three." in told
    assert "lacks: one three." in told
    assert told.count("apt-get install") == 1
    assert ADVICE in told
    assert asked == []


def test_root_installs_all_that_is_missing_at_once(
    monkeypatch: pytest.MonkeyPatch, asked: list[list[str]]
) -> None:
    machine(monkeypatch, root=True, apt=True)
    needed = {
        "one": lambda: any("one" in command for command in asked),
        "two": lambda: any("two" in command for command in asked),
    }
    assert provide(needed) == []
    update, install = asked
    assert update[:2] == ["apt-get", "update"]
    assert install[:2] == ["apt-get", "install"]
    assert install[-2:] == ["one", "two"]


def test_what_root_could_not_install_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: list[list[str]]
) -> None:
    machine(monkeypatch, root=True, apt=True)
    assert main() == 1
    assert ADVICE in capsys.readouterr().err
    assert len(asked) == 2


def test_a_machine_without_apt_is_told_the_names(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: list[list[str]]
) -> None:
    machine(monkeypatch, root=True, apt=False)
    assert main() == 1
    told = capsys.readouterr().err
    assert "lacks: one three." in told
    assert "apt-get" not in told
    assert asked == []


def test_a_machine_that_has_all_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: list[list[str]]
) -> None:
    machine(monkeypatch, root=True, apt=True)
    monkeypatch.setattr(system_packages, "NEEDED", {"one": lambda: True})
    assert main() == 0
    assert capsys.readouterr() == ("", "")
    assert asked == []


def test_what_npm_could_not_install_fails_the_run_by_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: list[list[str]]
) -> None:
    machine(monkeypatch, root=True, apt=True)
    monkeypatch.setattr(system_packages, "NEEDED", {"one": lambda: True})
    monkeypatch.setattr(system_packages, "NEEDED_OF_NPM", {"four": lambda: False})
    assert main() == 1
    assert "npm could not install four." in capsys.readouterr().err


def test_no_server_is_started_by_being_installed_and_the_machine_is_left_as_it_was(
    monkeypatch: pytest.MonkeyPatch, policy: Path
) -> None:
    told = list[str]()
    machine(monkeypatch, root=True, apt=True)
    monkeypatch.setattr(subprocess, "run", lambda command, **how: told.append(policy.read_text("utf-8")))
    assert main() == 1
    assert told == ["#!/bin/sh\nexit 101\n"] * 2
    assert not policy.exists()
    policy.write_text("its own", encoding="utf-8")
    assert main() == 1
    assert policy.read_text(encoding="utf-8") == told[-1] == "its own"
