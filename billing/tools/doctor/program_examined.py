"""The program examined: its Python, the libraries it stands on, and whether it can make a PDF."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from billing.tools.doctor.findings import Finding, fault, unknown, well
from foundation.apart.confined import NoneFree, WorkFailed
from foundation.formatting import plain
from foundation.text import Text
from peppol.rules.engine.compiled import is_compiled
from web import pdf
from web.help.library import installed_documents
from web.pdf import PdfRefused

OLDEST: Final = (3, 11)
PROJECT: Final = "rusta-matcha-billing"
# Beside this module in an installed program, at the top in a checkout.
_LOCKS: Final = (
    Path(__file__).with_name("requirements.lock"),
    Path(__file__).parents[3] / "requirements.lock",
)
_PINNED: Final = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)", re.MULTILINE
)
_PAGE: Final = "<!doctype html><html lang='sv'><title>Prov</title><h1>Prov</h1><p>Åäö 1 234,50 kr</p></html>"
_SECONDS: Final = 60


def python() -> Iterator[Finding]:
    """Whether this Python is one that the program is for."""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST:
        yield fault(
            "program.python",
            Text("Python %(found)s är för gammal.", found=found),
            Text("Kör minst Python 3.11."),
        )
    else:
        version = metadata.version(PROJECT)
        yield well(
            "program.python", Text("Python %(found)s, program %(version)s.", found=found, version=version)
        )


def rules() -> Iterator[Finding]:
    """Whether the rules of bills run compiled; as Python they find the same."""
    if is_compiled():
        yield well("program.compiled", Text("Reglerna för fakturor är kompilerade."))
    else:
        yield well(
            "program.compiled",
            Text("Reglerna för fakturor körs som Python: samma utfall, men en kontroll tar längre tid."),
        )


def libraries(locks: Sequence[Path] = _LOCKS) -> Iterator[Finding]:
    """Whether what is installed goes together, and is what the program was tried with."""
    yield _together()
    lock = next((each for each in locks if each.is_file()), None)
    if lock is None:
        yield unknown(
            "program.lock",
            Text(
                "Versionerna går inte att jämföra med dem som är provade: requirements.lock finns inte här."
            ),
        )
        return
    pinned = {
        _plain(found["name"]): found["version"]
        for found in _PINNED.finditer(lock.read_text(encoding="utf-8"))
    }
    others = {
        name: version for name, version in installed().items() if name in pinned and pinned[name] != version
    }
    if others:
        named = ", ".join(
            f"{name} {version} ({pinned[name]})" for name, version in sorted(others.items())[:8]
        )
        yield unknown(
            "program.lock",
            Text("Bibliotek har andra versioner än de provade: %(named)s.", named=named),
            Text("Installera dem: pip install --require-hashes --requirement requirements.lock"),
        )
    else:
        yield well("program.lock", Text("Biblioteken har de provade versionerna."))


def _together() -> Finding:
    if find_spec("pip") is None:
        return unknown("program.libraries", Text("Utan pip går det inte att säga om biblioteken går ihop."))
    check = [sys.executable, "-m", "pip", "--disable-pip-version-check", "check"]
    try:
        done = subprocess.run(check, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return unknown("program.libraries", Text("Utan pip går det inte att säga om biblioteken går ihop."))
    if done.returncode == 0:
        return well("program.libraries", Text("Biblioteken går ihop."))
    return fault(
        "program.libraries",
        Text("Biblioteken går inte ihop: %(said)s", said=plain("; ".join(done.stdout.splitlines()[:5]))),
        Text("Installera dem: pip install --require-hashes --requirement requirements.lock"),
    )


def installed() -> Mapping[str, str]:
    """The version of every library that is installed, by its name in small letters with hyphens."""
    return {_plain(each.name): each.version for each in metadata.distributions()}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def paper() -> Iterator[Finding]:
    """Whether a page becomes a PDF: Pango is there, and a font, without which it breaks off."""
    try:
        pdf.pdf_of(_PAGE, sheet="paper.css")
    except (PdfRefused, NoneFree) as refused:
        said = refused.said if isinstance(refused, PdfRefused) else refused.text
        yield fault(
            "program.pdf",
            said,
            Text("Installera Pango och ett typsnitt (libpango-1.0-0, fonts-dejavu-core)."),
        )
    except WorkFailed as failed:
        yield fault(
            "program.pdf",
            Text("En PDF gick inte att göra (%(place)s).", place=plain(failed.place)),
            Text("Installera Pango och ett typsnitt (libpango-1.0-0, fonts-dejavu-core)."),
        )
    else:
        yield well("program.pdf", Text("En PDF går att göra."))


def help_texts(folder: Path | None = None) -> Iterator[Finding]:
    """Whether the texts of help are there; without them its pages say so, and all else works."""
    lying = folder or installed_documents()
    if (lying / "guides").is_dir():
        yield well("program.help", Text("Hjälpens texter finns."))
    else:
        yield fault(
            "program.help",
            Text("Hjälpens texter saknas: de skulle ha legat i %(folder)s.", folder=plain(str(lying))),
            Text("Installera programmet på nytt, ur sitt paket eller som hela sin källkod."),
        )
