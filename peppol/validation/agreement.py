"""Where our rules and the published ones come apart over one document, and what of it is known.

Only what both hold is compared: a rule that one side lacks says nothing about the other.
What remains is a disagreement, and it is ours to answer for unless it is one of the known
differences, each with its reason here and in docs/rules-agreement.md. Most of those are
the age of the compiled rules that can be had without asking; where `BILLING_OFFICIAL_RULES`
names newer ones, they are not excused.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lxml import etree

from foundation.text import Text
from peppol.findings import Finding, Severity
from peppol.identifiers import DocumentKind
from peppol.rules.releases import RELEASES
from peppol.validation import published_rules
from peppol.validation.validation import ValidationResult

_BILLING: Final = ("CEN-EN16931-UBL.xsl", "PEPPOL-EN16931-UBL.xsl")
STYLESHEETS: Final = {
    DocumentKind.INVOICE: _BILLING,
    DocumentKind.CREDIT_NOTE: _BILLING,
    DocumentKind.ORDER: ("PEPPOLBIS-T01.xsl",),
    DocumentKind.ORDER_RESPONSE: ("PEPPOLBIS-T76.xsl",),
    DocumentKind.INVOICE_RESPONSE: ("PEPPOLBIS-T111.xsl",),
    DocumentKind.MLR: ("PEPPOLBIS-T71.xsl",),
    DocumentKind.MLS: ("PEPPOL-MLS.xsl",),
}
"""The compiled rules that judge a kind, by file name in the folder that holds them."""


class Engine(StrEnum):
    """Whose rules fired."""

    OWN = "own"
    OFFICIAL = "official"


@dataclass(frozen=True, slots=True)
class Known:
    """Rules that are known to differ, and why: always the age of the compiled rules, so newer ones have no excuse."""

    rules: tuple[str, ...]
    reason: Text


KNOWN: Final = (
    Known(
        ("UBL-SR-22", "UBL-SR-23"),
        Text("I de äldre reglerna letar regeln på en plats som inte finns i UBL."),
    ),
    Known(
        ("BR-CO-26",),
        Text("En banks referens (SEPA) räknas inte längre som säljarens identitet."),
    ),
    Known(
        ("BR-B-02",),
        Text("Regeln letar numera efter normal skattesats även i momssammanställningen."),
    ),
    Known(
        (
            *(f"BR-CL-{number:02}" for number in (1, 3, 4, 5, 10, 11, 13, 16, 20, 21, 22, 23, 25, 26)),
            "PEPPOL-EN16931-CL007",
            "PEPPOL-EN16931-CL008",
        ),
        Text("Kodlistorna skiljer två år: den ena har en kod som den andra saknar."),
    ),
    Known(
        (
            "PEPPOL-COMMON-R042",
            "PEPPOL-COMMON-R049",
            "PEPPOL-EN16931-R002",
            "PEPPOL-EN16931-R004",
            "PEPPOL-EN16931-R007",
            "PEPPOL-EN16931-R051",
            "PEPPOL-EN16931-P0100",
            "DK-R-003",
            "DK-R-008",
            "NL-R-007",
            "NL-R-008",
        ),
        Text("Utgivaren har ändrat regeln sedan de äldre reglerna gavs ut."),
    ),
)
"""Every known difference in a rule that both engines hold; docs/rules-agreement.md lists them all."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A rule that one engine fires and the other, which holds it too, does not.

    `finding` is the first place where it fired. A rule named SAXON is no rule: the
    published rules stopped without a verdict over a document that we find valid.
    """

    rule: str
    fired_by: Engine
    finding: Finding
    known: Known | None


def judge(root: etree._Element, kind: DocumentKind) -> tuple[Finding, ...]:
    """What the published rules for this kind find.

    Raises OfficialRulesMissing where they are not installed and OfficialRulesFailed where they stop.
    """
    return tuple(
        finding for name in STYLESHEETS[kind] for finding in published_rules.published(name).judge(root)
    )


def release_of(kind: DocumentKind) -> str:
    """The published rules for this kind by the names of their files."""
    return ", ".join(name.removesuffix(".xsl") for name in STYLESHEETS[kind])


def disagreements(own: ValidationResult) -> tuple[Disagreement, ...]:
    """Where the published rules say otherwise than our report does, our findings first.

    A document that the gate refused was never put to either, and a document that the
    published rules stop over is agreed on when we find it invalid.

    Raises OfficialRulesMissing where there are no published rules for the kind.
    """
    if own.root is None or own.kind is None:
        return ()
    try:
        theirs = judge(own.root, own.kind)
    except published_rules.OfficialRulesFailed as stopped:
        if own.valid:
            place = Finding("SAXON", Severity.FATAL, "/", detail=str(stopped))
            return (Disagreement("SAXON", Engine.OFFICIAL, place, None),)
        return ()
    both = _held_by_us(own) & frozenset().union(
        *(published_rules.rules_in(name) for name in STYLESHEETS[own.kind])
    )
    ours_first, theirs_first = _first(own.findings), _first(theirs)
    return (
        *_alone(ours_first, theirs_first, both, Engine.OWN),
        *_alone(theirs_first, ours_first, both, Engine.OFFICIAL),
    )


def known_difference(rule: str) -> Known | None:
    """The known difference that this rule belongs to; none where newer rules are at hand."""
    if os.environ.get(published_rules.FOLDER_VARIABLE):
        return None
    return next((known for known in KNOWN if rule in known.rules), None)


def _alone(
    fired: dict[str, Finding], elsewhere: dict[str, Finding], both: frozenset[str], engine: Engine
) -> Iterable[Disagreement]:
    for rule, finding in fired.items():
        if rule in both and rule not in elsewhere:
            yield Disagreement(rule, engine, finding, known_difference(rule))


def _first(findings: Iterable[Finding]) -> dict[str, Finding]:
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.rule, finding)
    return first


def _held_by_us(own: ValidationResult) -> frozenset[str]:
    """The rules of the release that judged."""
    judged = (each for each in RELEASES if each.kind is own.kind and each.name == own.release)
    return frozenset(info.id for release in judged for info in release.rule_set.infos)
