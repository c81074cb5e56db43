"""A shell completes commands and options by Tab, also of commands that are loaded when somebody asks for them."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
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


def in_bash(path: str, *lines: Sequence[str]) -> Iterator[list[str]]:
    """What one bash would offer after each of these lines, of which the last word is just being written."""
    script = ["set -eu\nsource <(billing completion bash)\ncomplete -p billing >/dev/null"]
    for words in lines:
        script.append(f"set -- {shlex.join(words)}")
        script.append('COMP_WORDS=(billing "$@"); COMP_CWORD=$#; _billing_completion billing')
        script.append('echo "${COMPREPLY[@]}"')
    done = subprocess.run(
        ["bash", "--norc", "-c", "\n".join(script)],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return (offered.split() for offered in done.stdout.splitlines())


def test_bash_completes_commands_their_commands_and_options(path: str) -> None:
    command, below, options, values = in_bash(
        path, ["access"], ["orders", "s"], ["orders", "list", "--"], ["completion", ""]
    )
    assert command == ["access-point"]
    assert below == ["show"]
    assert {"--supplier", "--json", "--buyer"} <= set(options)
    assert values == ["bash", "zsh", "fish"]


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
