"""The published unit cases for EN 16931, in a folder of .jsonl files.

They are not part of this project (their licence asks for other things than ours), so nothing here knows where they
lie: `make agreement` is told. A case is a fragment of an invoice, a rule, and what the rule says of it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lxml import etree

from peppol.findings import Severity
from peppol.rules.engine.engine import RuleSet, judge

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


def published_cases(folder: Path) -> Iterator[PublishedCase]:
    """All cases in the folder's files."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            yield PublishedCase(
                name=told["id"],
                rule=told["rule"],
                severity=_SEVERITIES.get(told["expect"]),
                count=told["count"],
                xml=told["xml"],
            )
