"""Suppliers' programs as their registries have them, installed by locks with sums into folders kept between runs.

Convention: a folder is named after what its lock says, so that another lock makes another one, and is there only when
it is whole. What cannot be installed fails the test with the installer's last words; nothing is skipped.
"""

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.support.project import PROJECT

PROGRAMS: Final = Path(__file__).parent / "programs"
_KEPT: Final = PROJECT / "build" / "suppliers-programs"
_SECONDS: Final = 600

Facts = Mapping[str, Any]


def made_by_python(script: str, lock: str, facts: Facts) -> bytes:
    """What a script of ours writes with the packages of a lock, in their own environment."""
    return _run_script(script, lock, json.dumps(facts).encode())


def read_by_python(script: str, lock: str, document: bytes) -> Any:  # noqa: ANN401 - what the program says
    """What a script of ours reads of a document with the packages of a lock, as JSON."""
    return json.loads(_run_script(script, lock, document))


def made_by_node(folder: str, facts: Facts) -> bytes:
    """What the script `make.mjs` of a folder writes with the packages of its lock."""
    installed = _installed(PROGRAMS / folder / "package-lock.json", _install_node)
    shutil.copy(PROGRAMS / folder / "make.mjs", installed)
    return _run(["node", "make.mjs"], json.dumps(facts).encode(), installed)


def _run_script(script: str, lock: str, given: bytes) -> bytes:
    folder = _installed(PROGRAMS / lock, _install_python)
    # Some write logs where they stand.
    shutil.copy(PROGRAMS / script, folder)
    return _run(["bin/python", script], given, folder)


@cache
def _installed(lock: Path, install: Callable[[Path, Path], None]) -> Path:
    """The folder with what the lock names; made by the first who asks, while others wait."""
    told = hashlib.sha256(lock.read_bytes() + sys.version.encode() + str(_KEPT).encode()).hexdigest()[:16]
    folder = _KEPT / f"{lock.parent.name}-{lock.stem}-{told}"
    _KEPT.mkdir(parents=True, exist_ok=True)
    with (_KEPT / f"{folder.name}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            shutil.rmtree(folder, ignore_errors=True)
            install(lock, folder)
            (folder / "whole").touch()
    return folder


def _install_python(lock: Path, folder: Path) -> None:
    _run([sys.executable, "-m", "venv", str(folder)])
    pip = ["bin/python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    _run([*pip, "--require-hashes", "--requirement", str(lock)], folder=folder)


def _install_node(lock: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    for each in ("package.json", "package-lock.json"):
        shutil.copy(lock.parent / each, folder)
    _run(["npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"], folder=folder)


def _run(command: list[str], given: bytes = b"", folder: Path = PROJECT) -> bytes:
    program = [str(folder / command[0]) if "/" in command[0] else command[0], *command[1:]]
    done = subprocess.run(
        program, input=given, capture_output=True, check=False, timeout=_SECONDS, cwd=folder
    )
    told = done.stderr.decode(errors="replace")[-3000:]
    assert done.returncode == 0, f"{' '.join(command[:2])}: {told}"
    return done.stdout
