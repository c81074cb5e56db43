"""What validation finds in the documents of a folder, one line of JSON for each: run in two builds and compared.

python -m tests.packaging.compiled_findings folder
"""

import json
import sys
from dataclasses import astuple
from datetime import date
from pathlib import Path

from peppol.identifiers import DocumentKind
from peppol.rules import releases
from peppol.rules.engine.compiled import is_compiled
from peppol.rules.releases.release import Release
from peppol.validation.validation import ValidationResult, validate

DAYS = (date(2026, 3, 1), date(2026, 11, 21), date(2027, 3, 1))


def told(result: ValidationResult) -> str:
    """All that the result says, in its order."""
    said = [astuple(finding) for finding in result.findings], [astuple(count) for count in result.counts]
    return json.dumps([result.kind, result.valid, result.release, *said])


def told_of_rules(release: Release) -> str:
    """Each rule of a release as it is listed."""
    return json.dumps([astuple(info) for info in release.rule_set.infos])


def found_in(folder: Path) -> list[str]:
    """What is found in each document by the rules of each release, and what the rules of all releases are."""
    documents = [path.read_bytes() for path in sorted(folder.iterdir())]
    lines = [told(validate(each, on=day)) for each in documents for day in DAYS]
    assert {release.kind for release in releases.RELEASES} == set(DocumentKind)
    return [*lines, *map(told_of_rules, releases.RELEASES)]


if __name__ == "__main__":
    print(json.dumps(is_compiled()))
    print("\n".join(found_in(Path(sys.argv[1]))))
