"""SchXslt, which makes XSLT of Schematron: found in a jar or a folder, run by Saxon, its work kept in `build/`.

Both generations are known by their files: SchXslt 1 (`pipeline-for-svrl.xsl` of its XSLT 2.0) and SchXslt 2
(`transpile.xsl`). Neither is part of this project. Where none is named, Maven is asked for it, with whatever
repository and mirror the person's own settings of Maven hold.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol, cast
from zipfile import BadZipFile, ZipFile

COORDINATES: Final = "name.dmaus.schxslt:schxslt:1.10.1"
_COPY: Final = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
_ENTRIES: Final = ("transpile.xsl", "2.0/pipeline-for-svrl.xsl")


class SchxsltMissing(Exception):
    """No SchXslt is to be had; the sentence says what to name."""


class RulesUnreadable(Exception):
    """A published file that could not be made into rules; the sentence says which and why."""


class _Executable(Protocol):
    def transform_to_string(self, *, source_file: str) -> str | None: ...


class _Compiler(Protocol):
    def compile_stylesheet(self, *, stylesheet_file: str) -> _Executable: ...


class _Processor(Protocol):
    def new_xslt30_processor(self) -> _Compiler: ...


class _Saxon(Protocol):
    def PySaxonProcessor(self, *, license: bool) -> _Processor: ...


class Schxslt:
    """One SchXslt, ready to compile files; what it made once it takes from `kept`."""

    def __init__(self, entry: Path, kept: Path) -> None:
        self._entry = entry
        self._kept = kept
        self._version = _fingerprint(sorted(entry.parent.rglob("*.xsl")))

    def compiled(self, schematron: Path) -> str:
        """The stylesheet that judges by `schematron`, with everything it includes.

        Raises RulesUnreadable where it is no Schematron that SchXslt takes.
        """
        # An included part may change alone: all parts beside the file belong to its fingerprint.
        parts = sorted(schematron.parent.rglob("*.sch"))
        made = self._kept / f"{schematron.stem}-{_fingerprint([schematron, *parts], self._version)}.xsl"
        if made.is_file():
            return made.read_text(encoding="utf-8")
        saxon = cast(_Saxon, import_module("saxonche")).PySaxonProcessor(license=False)
        try:
            compiler = saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(self._entry))
            stylesheet = compiler.transform_to_string(source_file=str(schematron.resolve()))
        except Exception as error:
            raise RulesUnreadable(f"{schematron} cannot be compiled: {error}") from error
        if not stylesheet:
            raise RulesUnreadable(f"{schematron} is no Schematron: nothing came of compiling it.")
        made.parent.mkdir(parents=True, exist_ok=True)
        part = made.with_suffix(f".{os.getpid()}")
        part.write_text(stylesheet, encoding="utf-8")
        part.replace(made)  # two runs beside each other never read half a file
        return stylesheet


def found(named: Path | None, build: Path) -> Schxslt:
    """The SchXslt that is named, a jar or a folder, else the one Maven brings.

    Raises SchxsltMissing, saying what to do.
    """
    source = named or _brought_by_maven(build / "schxslt")
    folder = _unpacked(source, build / "schxslt") if source.is_file() else source
    entry = next(_entries(folder), None)
    if entry is None:
        raise SchxsltMissing(f"{source} holds neither {' nor '.join(_ENTRIES)}; name a SchXslt 1 or 2.")
    return Schxslt(entry, build / "rules")


def _entries(folder: Path) -> Iterator[Path]:
    for entry in _ENTRIES:
        yield from sorted(path for path in folder.rglob(Path(entry).name) if path.as_posix().endswith(entry))


def _unpacked(jar: Path, into: Path) -> Path:
    folder = into / f"{jar.stem}-{_fingerprint([jar])}"
    if not folder.is_dir():
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        try:
            with ZipFile(jar) as archive:
                archive.extractall(part)
        except BadZipFile as error:
            raise SchxsltMissing(f"{jar} is no jar: {error}.") from error
        part.rename(folder)
    return folder


def _brought_by_maven(into: Path) -> Path:
    _, artifact, version = COORDINATES.split(":")
    jar = into / f"{artifact}-{version}.jar"
    if jar.is_file():
        return jar
    program = shutil.which("mvn")
    if program is None:
        raise SchxsltMissing(
            f"No SchXslt is named and Maven is not installed. Name the jar of {COORDINATES}, or a folder of its"
            " stylesheets, as SCHXSLT=."
        )
    asked = [program, "-q", "-B", _COPY, f"-Dartifact={COORDINATES}", f"-DoutputDirectory={into.resolve()}"]
    ended = subprocess.run(asked, capture_output=True, text=True, check=False)
    if not jar.is_file():
        said = (ended.stdout + ended.stderr).strip().splitlines()
        raise SchxsltMissing(
            f"Maven did not bring {COORDINATES} ({said[0] if said else ended.returncode}). Name its jar, or a"
            " folder of its stylesheets, as SCHXSLT=."
        )
    return jar


def _fingerprint(files: list[Path], more: str = "") -> str:
    digest = hashlib.sha256(more.encode())
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
