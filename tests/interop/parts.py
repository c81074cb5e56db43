"""The published parts: how they are fetched and built below build/interop, and how each is run.

Everything comes from Maven's central registry by the versions in the pom.xml of harness/, through the machine's
own Maven, into build/interop/repository; nothing is installed on the machine but the Debian packages of `NEEDED`.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final

from tests.support.project import PROJECT
from tests.system_packages import has_program, provide

BUILT: Final = PROJECT / "build" / "interop"
HERE: Final = Path(__file__).resolve().parent
NEEDED: Final = {
    "maven": partial(has_program, "mvn"),
    "openjdk-17-jdk-headless": partial(has_program, "javac"),
    "dnsmasq-base": partial(has_program, "dnsmasq"),
}
_JAVA_HOMES: Final = Path("/usr/lib/jvm")
_VERSION: Final = re.compile(r'^JAVA_VERSION="(\d+)', re.MULTILINE)


class PartMissing(Exception):
    """A part cannot be had or does not start; the sentence says which."""


@dataclass(frozen=True, slots=True)
class RunningPart:
    """A part that answers at `address`."""

    address: str
    process: subprocess.Popen[str]


def install() -> None:
    """Build the harness and copy what it needs, where that is not done; prints what is installed and where."""
    missing = provide(NEEDED)
    if missing:
        raise PartMissing(f"This machine lacks {' '.join(missing)}: apt-get install {' '.join(missing)}")
    BUILT.mkdir(parents=True, exist_ok=True)
    for name in ("access-point", "register"):
        _maven(HERE / "harness" / name / "pom.xml")


def _maven(pom: Path) -> None:
    name = pom.parent.name
    log = BUILT / f"{name}.log"
    print(f"Installing the parts of {name} into {BUILT / name} (log: {log})", flush=True)
    command = ["mvn", "-B", "-q", "-f", str(pom), f"-Dmaven.repo.local={BUILT / 'repository'}", "package"]
    settings = {**os.environ, "MAVEN_OPTS": "-Xmx512m"}
    with log.open("w", encoding="utf-8") as told:
        ended = subprocess.run(command, stdout=told, stderr=subprocess.STDOUT, env=settings, check=False)
    if ended.returncode:
        raise PartMissing(f"Maven could not build {pom}; see {log}")


@cache
def java(oldest: int) -> Path:
    """The oldest Java on this machine that is new enough. Raises PartMissing."""
    found: dict[int, Path] = {}
    for home in sorted(_JAVA_HOMES.iterdir()) if _JAVA_HOMES.is_dir() else []:
        release = home / "release"
        told = _VERSION.search(release.read_text(encoding="utf-8")) if release.is_file() else None
        if told and (home / "bin" / "java").is_file():
            found.setdefault(int(told[1]), home / "bin" / "java")
    fitting = [version for version in sorted(found) if version >= oldest]
    if not fitting:
        raise PartMissing(f"No Java {oldest} or newer lies in {_JAVA_HOMES}")
    return found[fitting[0]]


@contextmanager
def java_part(
    main: str,
    *,
    settings: Mapping[str, str],
    first_on_path: Sequence[Path],
    log: Path,
    of: str = "access-point",
) -> Iterator[RunningPart]:
    """One of the harness's programs, until the block ends; `settings` are system properties."""
    command = java_command(of, settings=settings, first_on_path=first_on_path)
    with running([*command, main], log=log) as part:
        yield part


def java_command(
    of: str, *, settings: Mapping[str, str] | None = None, first_on_path: Sequence[Path] = ()
) -> list[str]:
    """The command that runs a program of one part of the harness, but for the program's name."""
    built = BUILT / of
    path = [*map(str, first_on_path), str(built / "classes"), f"{built / 'libraries'}/*"]
    command = [str(java(17)), "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    command += [f"-D{name}={value}" for name, value in (settings or {}).items()]
    return [*command, "-cp", os.pathsep.join(path)]


@contextmanager
def running(command: Sequence[str], *, log: Path) -> Iterator[RunningPart]:
    """A program that prints its address, until the block ends."""
    with (
        log.open("a", encoding="utf-8") as told,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=told, text=True, cwd=log.parent) as process,
    ):
        try:
            assert process.stdout is not None
            for line in process.stdout:
                told.write(line)
                if line.startswith("http://127.0.0.1:"):
                    yield RunningPart(line.strip(), process)
                    return
            raise PartMissing(f"{command[-1]} did not start; see {log}")
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def free_program(name: str) -> str:
    """Where a program of the machine lies. Raises PartMissing."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        raise PartMissing(f"{name} is not on this machine")
    return found
