"""What a check has to say about a document.

A finding is a value: the official rule id, how grave it is, where it stands and
which value was found. Words for people are made from it by `texts`, so that the
same finding reads in Swedish and in English.

Convention: everything wrong is counted, and so much of it is told as somebody can read. A rule
that is broken is told at least once, so neither the verdict nor the set of rules broken depends on
how much is told; the place of a finding is worked out only for what is (decision 66).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

EACH_RULE_MAX: Final = 50
"""So many findings of one rule are told."""
TOLD_MAX: Final = 500
"""So many findings of one document are told, besides the first of each rule."""


class Severity(StrEnum):
    """How grave a finding is, as published: a fatal one makes the document invalid."""

    FATAL = "fatal"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule at one place.

    `rule` is the official id (BR-CO-15, PEPPOL-T01-R008), "XSD" for the schema
    or GATE-... for the gate. `location` is an XPath with the usual prefixes and
    positions, such as /Invoice/cac:InvoiceLine[2]/cbc:ID; `line` counts from 1
    in the bytes as received and is 0 where it is not known.
    """

    rule: str
    severity: Severity
    location: str
    line: int = 0
    found: str = ""
    expected: str = ""
    detail: str = ""

    @property
    def fatal(self) -> bool:
        """Whether the document is invalid because of this finding."""
        return self.severity is Severity.FATAL


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule is broken in a document, and how many of those findings are told."""

    rule: str
    severity: Severity
    count: int
    told: int

    @property
    def fatal(self) -> bool:
        """Whether the document is invalid because of this rule."""
        return self.severity is Severity.FATAL

    @property
    def untold(self) -> int:
        """How many findings of the rule are counted only."""
        return self.count - self.told


class FindingTally:
    """What is found in one document, in the order found: all of it counted, and told within the limits."""

    __slots__ = ("_counts", "_each_rule_max", "_told", "_told_max", "_told_of")

    def __init__(self, *, each_rule_max: int = EACH_RULE_MAX, told_max: int = TOLD_MAX) -> None:
        self._each_rule_max = each_rule_max
        self._told_max = told_max
        self._counts: dict[tuple[str, Severity], int] = {}
        self._told_of: dict[tuple[str, Severity], int] = {}
        self._told: list[Finding] = []

    def add(self, rule: str, severity: Severity, made: Callable[[], Finding]) -> None:
        """Count one more finding of the rule; `made` is asked for the finding only where it is told."""
        key = (rule, severity)
        count = self._counts.get(key, 0) + 1
        self._counts[key] = count
        if count == 1 or (count <= self._each_rule_max and len(self._told) < self._told_max):
            self._told.append(made())
            self._told_of[key] = self._told_of.get(key, 0) + 1

    def __len__(self) -> int:
        """How many findings there are in all."""
        return sum(self._counts.values())

    @property
    def told(self) -> tuple[Finding, ...]:
        """The findings that are told, in the order found."""
        return tuple(self._told)

    @property
    def counts(self) -> tuple[RuleCount, ...]:
        """Every rule that is broken, in the order in which it was first found broken."""
        return tuple(
            RuleCount(rule, severity, count, self._told_of[rule, severity])
            for (rule, severity), count in self._counts.items()
        )


def counted(findings: Iterable[Finding]) -> tuple[RuleCount, ...]:
    """The counts of findings that are all told."""
    findings = tuple(findings)
    every = FindingTally(each_rule_max=len(findings), told_max=len(findings))
    for finding in findings:
        every.add(finding.rule, finding.severity, lambda finding=finding: finding)  # type: ignore[misc]
    return every.counts


def count_fatal(counts: Sequence[RuleCount]) -> int:
    """How many findings make the document invalid, told or not."""
    return sum(each.count for each in counts if each.fatal)
