"""A shell completes commands and options by Tab, also of commands that are loaded when somebody asks for them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = f'#!/bin/sh\nexec {sys.executable} -m billing.cli.cli "$@"\n'


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A search path that leads to `billing` as it stands here."""
    program = tmp_path / "billing"
    program.write_text(PROGRAM, encoding="utf-8")
    program.chmod(0o755)
    return f"{tmp_path}:{os.environ['PATH']}"


def asked(path: str, **given: str) -> list[str]:
    done = subprocess.run(
        ["billing"], env={**os.environ, "PATH": path, **given}, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def in_bash(path: str, *words: str) -> list[str]:
    """What bash would offer after these words, of which the last is just being written."""
    script = (
        "set -eu\nsource <(billing completion bash)\n"
        "complete -p billing >/dev/null\n"
        'COMP_WORDS=(billing "$@"); COMP_CWORD=$#; _billing_completion billing\n'
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", script, "bash", *words],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_bash_completes_commands_their_commands_and_options(path: str) -> None:
    assert in_bash(path, "access") == ["access-point"]
    assert in_bash(path, "orders", "s") == ["show"]
    assert {"--supplier", "--json", "--buyer"} <= set(in_bash(path, "orders", "list", "--"))
    assert in_bash(path, "completion", "") == ["bash", "zsh", "fish"]


def test_zsh_and_fish_are_told_what_each_is_for(path: str) -> None:
    (zsh,) = asked(path, _BILLING_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS="billing compl")
    assert zsh.startswith('_arguments \'*: :(("completion":"Skriv skriptet')
    fish = asked(
        path,
        _BILLING_COMPLETE="complete_fish",
        _TYPER_COMPLETE_FISH_ACTION="get-args",
        _TYPER_COMPLETE_ARGS="billing orders s",
    )
    assert [each.partition("\t")[0] for each in fish] == ["show"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_every_shell_has_its_script(path: str, shell: str) -> None:
    done = subprocess.run(
        ["billing", "completion", shell],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"_BILLING_COMPLETE=complete_{shell}" in done.stdout
