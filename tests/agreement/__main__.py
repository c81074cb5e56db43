"""`make agreement RULES=folder CASES=folder`: do our rules say what the published ones say?

Compiles the publishers' Schematron with SchXslt, asks both about unit cases, whole documents and mutants, prints the
shares and every class of difference. Ends with 0 when all that differs is explained (`known.py`), with 1 when something
is not, and with 2 when there is nothing to compare with. Without RULES, what unit cases expect is compared alone.
"""

import argparse
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

from peppol.identifiers import DocumentKind
from tests.agreement import inputs, schxslt
from tests.agreement.comparing import compare, compare_unit
from tests.agreement.mutants import Mutants
from tests.agreement.published import PublishedFiles, PublishedFolder, PublishedRelease
from tests.agreement.report import Tally, keep_examples
from tests.agreement.running import compared_mutants

BUILD: Final = Path(__file__).parents[2] / "build"
USAGE: Final = (
    "Write: make agreement RULES=folder CASES=folder [XSD=folder] [SCHXSLT=jar or folder] [MUTANTS=n]."
)


class NothingToCompare(Exception):
    """What is named does not suffice for a comparison; the sentence says what is missing."""


def main(arguments: Sequence[str], *, build: Path = BUILD) -> int:
    """Compare as the command line says; `build` is where compiled rules and examples are kept."""
    asked = _asked(arguments)
    try:
        return _compare(asked, build)
    except (NothingToCompare, schxslt.SchxsltMissing, schxslt.RulesUnreadable) as refused:
        print(f"{refused} {USAGE}", file=sys.stderr)
        return 2


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make agreement", description=__doc__)
    for name in ("rules", "cases", "xsd", "schxslt"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--mutants", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--on", default="", help="the day whose rules of ours are asked; today without it")
    return parser.parse_args(arguments)


def _compare(asked: argparse.Namespace, build: Path) -> int:
    on = date.fromisoformat(asked.on) if asked.on else date.today()  # noqa: DTZ011
    cases = inputs.cases_in(Path(asked.cases)) if asked.cases else inputs.Cases([], [])
    if not asked.rules and not cases.units:
        named = f"{asked.cases} holds no unit cases" if asked.cases else "no folder is named"
        raise NothingToCompare(
            f"There are neither published rules nor published cases to compare with: {named}."
        )
    files = _published(asked, build)
    if files is not None:
        print(f"Published: {asked.rules}. Ours: the rules of {on}.")
        print(
            f"Kinds: {', '.join(files.kinds)}. Schemas: {', '.join(files.schemas) or 'none, so none compared'}."
        )
    with _errors_kept(build / "agreement"):
        tallies = _tallies(asked, cases, files, on)
    for tally in tallies:
        print("\n".join(tally.lines()))
    if cases.left_out:
        print(f"Left out: {cases.left_out} files that are no documents of ours.")
    unexplained_in = build / "agreement" / "unexplained"
    unexplained = keep_examples(tallies, unexplained_in)
    if unexplained:
        print(f"{unexplained} classes are not explained; a document of each lies in {unexplained_in}.")
    return int(bool(unexplained))


def _published(asked: argparse.Namespace, build: Path) -> PublishedFiles | None:
    if not asked.rules:
        return None
    rules = Path(asked.rules)
    folder = PublishedFolder(rules, Path(asked.xsd) if asked.xsd else rules)
    if not folder.sources:
        raise NothingToCompare(f"{rules} holds no published rules by their publishers' file names.")
    compiler = None
    if folder.needs_schxslt:
        compiler = schxslt.found(Path(asked.schxslt) if asked.schxslt else None, build)
    return folder.read(compiler)


def _tallies(
    asked: argparse.Namespace, cases: inputs.Cases, files: PublishedFiles | None, on: date
) -> list[Tally]:
    release = PublishedRelease(files) if files is not None else None
    kinds: Sequence[DocumentKind] = files.kinds if files is not None else tuple(DocumentKind)
    tallies = []
    if cases.units:
        tallies.append(Tally("Unit cases"))
        for document in cases.units:
            if document.kind in kinds:
                tallies[-1].add(compare_unit(document, release, on))
    if files is None or release is None:
        return tallies
    documents = [document for document in cases.documents if document.kind in kinds]
    if documents:
        tallies.append(Tally("Whole documents"))
        for document in documents:
            tallies[-1].add(compare(document.name, document.data, document.kind, release, on))
    if asked.mutants:
        seeds = [seed for seed in inputs.seeds(cases, on) if seed.kind in kinds]
        shown = ", ".join(f"{count} {kind}" for kind, count in Counter(each.kind for each in seeds).items())
        tallies.append(Tally(f"Mutants by seed {asked.seed} of {shown}"))
        for comparison in compared_mutants(
            Mutants(seeds, asked.seed), asked.mutants, files, on, asked.workers
        ):
            tallies[-1].add(comparison)
    return tallies


@contextmanager
def _errors_kept(folder: Path) -> Iterator[None]:
    """Let what Saxon says of documents it stops over go to a file: it says it past Python, thousands of times."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sys.stderr.flush()
    kept = os.dup(2)
    with (folder / "saxon.log").open("wb") as log:
        os.dup2(log.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
