"""The published unit cases for EN 16931, where they are kept beside the checkout.

They are not part of this project (their licence asks for other things than ours), so
they are read from `../shared/cases` when that folder is there. A case is a fragment of
an invoice, a rule, and what the rule says of it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lxml import etree

from peppol.findings import Severity
from peppol.rules.engine.engine import RuleSet, judge

FOLDER: Final = Path(__file__).resolve().parents[4] / "shared" / "cases"
ABSENT: Final = (
    f"THE PUBLISHED UNIT CASES ARE ABSENT: no .jsonl file in {FOLDER.name}/ beside the checkout."
    " Nothing was compared; put them there, as CI does."
)
_SEVERITIES: Final = {"error": Severity.FATAL, "warning": Severity.WARNING}
_PARSER: Final = etree.XMLParser(
    remove_comments=True, remove_pis=True, resolve_entities=False, no_network=True
)


@dataclass(frozen=True, slots=True)
class PublishedCase:
    """One published case: the rule fires `count` times with `severity`, or not at all (None)."""

    name: str
    rule: str
    severity: Severity | None
    count: int
    xml: str

    def agrees(self, rules: RuleSet) -> bool:
        """Whether the rule says of the fragment what is published."""
        fragment = etree.fromstring(self.xml.encode(), _PARSER)
        found = [finding for finding in judge(fragment, rules) if finding.rule == self.rule]
        if self.severity is None:
            return not found
        return len(found) == self.count and all(finding.severity is self.severity for finding in found)

    def __str__(self) -> str:
        return self.name


def published_cases() -> tuple[PublishedCase, ...]:
    """All published cases at hand; empty when they are absent."""
    return tuple(_cases())


def _cases() -> Iterator[PublishedCase]:
    for path in sorted(FOLDER.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            yield PublishedCase(
                name=told["id"],
                rule=told["rule"],
                severity=_SEVERITIES.get(told["expect"]),
                count=told["count"],
                xml=told["xml"],
            )
