"""Programs of the registries that tests run beside ours, installed by locks with sums into folders kept between runs.

Convention: a folder is named after what its lock says, so that another lock makes another one, and is there only when
it is whole. What cannot be installed fails the test with the installer's last words; nothing is skipped.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from tests.support.project import PROJECT

_SECONDS: Final = 600


@cache
def installed(lock: Path, kept: Path, install: Callable[[Path, Path], None]) -> Path:
    """The folder below `kept` with what the lock names; made by the first who asks, while others wait."""
    told = hashlib.sha256(lock.read_bytes() + sys.version.encode() + str(kept).encode()).hexdigest()[:16]
    folder = kept / f"{lock.parent.name}-{lock.stem}-{told}"
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / f"{folder.name}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            shutil.rmtree(folder, ignore_errors=True)
            install(lock, folder)
            (folder / "whole").touch()
    return folder


def by_pip(lock: Path, folder: Path) -> None:
    """Make an environment of Python with what the lock names."""
    run([sys.executable, "-m", "venv", str(folder)])
    pip = ["bin/python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    run([*pip, "--require-hashes", "--requirement", str(lock)], folder=folder)


def by_npm(lock: Path, folder: Path) -> None:
    """Make a folder of Node modules with what the lock names."""
    folder.mkdir(parents=True)
    for each in ("package.json", "package-lock.json"):
        shutil.copy(lock.parent / each, folder)
    run(["npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"], folder=folder)


def run(command: list[str], given: bytes = b"", folder: Path = PROJECT) -> bytes:
    """What a program says on standard output; one with a path is the folder's own. Fails with its last words."""
    program = [str(folder / command[0]) if "/" in command[0] else command[0], *command[1:]]
    done = subprocess.run(
        program, input=given, capture_output=True, check=False, timeout=_SECONDS, cwd=folder
    )
    told = done.stderr.decode(errors="replace")[-3000:]
    assert done.returncode == 0, f"{' '.join(command[:2])}: {told}"
    return done.stdout
