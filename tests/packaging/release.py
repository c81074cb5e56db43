"""A release as it is handed out: `make release` builds what is committed, twice, and writes it into build/release.

It is refused where something is not committed, where the version is not the change log's newest with its day, or where
the two builds differ. Nothing is signed here: the key is the maintainer's, and the last line says how it is used.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.packaging import audit, licences
from tests.support.project import PROJECT

INTO: Final = PROJECT / "build" / "release"
_HEADING: Final = re.compile(r"^## (\S+) (?:– (\d{4}-\d\d-\d\d)|\((\w+)\))$", re.MULTILINE)


class ReleaseRefused(Exception):
    """What is there is no release; the sentence says why, and what to do."""


def version_of(project: Path) -> str:
    """The version to release. Raises ReleaseRefused where the change log has another, or none with a day."""
    version = str(
        tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    )
    found = _HEADING.search((project / "CHANGELOG.md").read_text(encoding="utf-8"))
    if found is None:
        raise ReleaseRefused("CHANGELOG.md has no section of a version.")
    newest, day, _ = found.groups()
    if day is None:
        raise ReleaseRefused(
            f"CHANGELOG.md calls {newest} unreleased. Write its day: ## {newest} – {_today()}"
        )
    if newest != version:
        raise ReleaseRefused(
            f"CHANGELOG.md begins with {newest} and pyproject.toml says {version}. Make them one."
        )
    return version


def refuse_uncommitted(project: Path) -> None:
    """A release is what is committed. Raises ReleaseRefused."""
    if changed := _git(project, "status", "--porcelain"):
        raise ReleaseRefused(f"Not committed: {', '.join(line[3:] for line in changed.splitlines()[:5])}")


def built(project: Path, into: Path) -> Mapping[str, bytes]:
    """Wheel and source distribution of what is committed, by name; the same bytes wherever and whenever it is done.

    They are built from git's own archive of the commit, with its time on every file.
    """
    with TemporaryDirectory(dir=into) as folder:
        source, made = Path(folder) / "source", Path(folder) / "made"
        committed = _git(project, "log", "-1", "--format=%ct")
        archive = subprocess.run(
            ["git", "archive", "--format=tar", "HEAD"], cwd=project, capture_output=True, check=True
        )
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as packed:
            packed.extractall(source, filter="data")
        # hatchling writes every file with this time and one mode; the umask and the clock of the machine do not show.
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "--directory", str(made)],
            cwd=source, env={**os.environ, "SOURCE_DATE_EPOCH": committed}, check=True, capture_output=True,
        )  # fmt: skip
        return {each.name: each.read_bytes() for each in sorted(made.iterdir())}


def release(project: Path, into: Path) -> str:
    """Write wheel, source distribution, bill of materials, licences and sums; the version. Raises ReleaseRefused."""
    version = version_of(project)
    refuse_uncommitted(project)
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    files = dict(built(project, into))
    if files != built(project, into):
        raise ReleaseRefused("Two builds of the same commit differ: nobody could build it after us.")
    bill = json.dumps(audit.bill_of_materials(project / "requirements.lock"), indent=1, ensure_ascii=False)
    files[f"rusta-matcha-billing-{version}.cdx.json"] = bill.encode()
    files["requirements.lock"] = (project / "requirements.lock").read_bytes()
    files["licences.md"] = licences.page().encode()
    sums = "".join(f"{hashlib.sha256(held).hexdigest()}  {name}\n" for name, held in sorted(files.items()))
    files["SHA256SUMS"] = sums.encode()
    for name, held in files.items():
        (into / name).write_bytes(held)
    return version


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def _git(project: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=project, capture_output=True, text=True, check=True
    ).stdout.rstrip("\n")


def main() -> int:
    """Make it, and say what is left to do; 1 where it was refused."""
    parser = argparse.ArgumentParser(prog="make release")
    parser.add_argument("--into", type=Path, default=INTO)
    into = parser.parse_args().into
    try:
        version = release(PROJECT, into)
    except (ReleaseRefused, audit.AuditFailed, licences.LicenceUnknown) as refused:
        print(f"release: {refused}", file=sys.stderr)
        return 1
    print(f"{version} lies in {into}:")
    print((into / "SHA256SUMS").read_text(encoding="utf-8"), end="")
    print(f"Sign the sums with the maintainers' key, tag the commit, and hand both out beside the files:\n"
          f"  gpg --armor --detach-sign {into / 'SHA256SUMS'}\n"
          f"  git tag --sign v{version} --message 'Version {version}'\n"
          f"Whoever takes it: gpg --verify SHA256SUMS.asc && sha256sum --check SHA256SUMS")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
