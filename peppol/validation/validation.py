"""One question, one answer: is this document valid, and if not, what is wrong with all of it?

Bytes from outside go through the gate, then to the schema and to the rules of the
release in force on the day of receipt. Schema and rules are both asked even when
the first one objects, so that a sender sees everything at once. A document is valid
when no finding is fatal; warnings, and attachments we withhold, do not change that.

The convention: findings are values, never exceptions. A document the gate refuses
has no tree, no kind and exactly one finding.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from lxml import etree

from foundation.observability import tracing
from peppol.findings import Finding, FindingTally, RuleCount, Severity, counted
from peppol.identifiers import DocumentKind
from peppol.rules import releases
from peppol.rules.engine import engine
from peppol.validation import attachments
from peppol.xml import schemas
from peppol.xml.gate import admit_to_walk
from peppol.xml.gate_errors import LIMITS, GateRefused, GateRule, Limits
from peppol.xml.gate_tree import CBC, check_tree, location_of


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """What the check of one document came to.

    `kind` and `root` are None when the bytes were refused or are no document of ours;
    `release` names the rules that judged, and is empty when none did; `mandatory_from` is set
    where they became mandatory only after the day asked for, because no older ones are held.
    `findings` are those that are told, in the order gate, schema, rules, attachments; `counts` has every rule
    that was broken, with how often, told or not.
    """

    kind: DocumentKind | None
    valid: bool
    release: str
    findings: tuple[Finding, ...]
    root: etree._Element | None
    mandatory_from: date | None = None
    counts: tuple[RuleCount, ...] = ()

    @property
    def fatal(self) -> tuple[Finding, ...]:
        """What is told of the findings that make the document invalid."""
        return tuple(finding for finding in self.findings if finding.fatal)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What is told of the findings that a sender should know and that stop nothing."""
        return tuple(finding for finding in self.findings if not finding.fatal)


def validate(data: bytes, *, on: date, limits: Limits = LIMITS) -> ValidationResult:
    """Check bytes from outside by the rules in force on the day `on` of their receipt.

    Raises nothing for the content of `data`.
    """
    try:
        with tracing.span("parse", bytes=len(data)):
            root, seen = admit_to_walk(data, limits)
        kind = kind_of(root)
        if kind is not None:
            return judge_tree(root, kind, on=on, outside=True, gated=seen)
        if not seen:
            check_tree(root, limits)
    except GateRefused as shut:
        return refused(None, (shut.finding,))
    return refused(None, (_no_kind(root),))


def validate_own(data: bytes, kind: DocumentKind, *, on: date, limits: Limits = LIMITS) -> ValidationResult:
    """Check bytes of our own before they are kept, as whoever receives them will, and by the profile's schema.

    The gate first, then that they are the kind of document they are meant to be, then schema and
    the rules in force on the day `on`. Raises nothing for the content of `data`.
    """
    try:
        root, seen = admit_to_walk(data, limits)
        found = kind_of(root)
        if found is kind:
            return judge_tree(root, kind, on=on, gated=seen)
        if not seen:
            check_tree(root, limits)
    except GateRefused as shut:
        return refused(kind, (shut.finding,))
    return refused(found, (_no_kind(root, kind),))


def judge_tree(
    root: etree._Element, kind: DocumentKind, *, on: date, outside: bool = False, gated: bool = True
) -> ValidationResult:
    """Check a tree that came through the gate, or that we made ourselves.

    With `outside`, the schema takes what UBL allows beyond the profile and leaves it to
    the rules, which mostly warn (UBL-CR); our own documents hold none of it. Without `gated`
    the gate has yet to look at the elements (`admit_to_walk`), and raises GateRefused here.
    """
    release = releases.release_for(kind, on=on, specification=_stated(root, "CustomizationID"))
    tally = FindingTally()
    with tracing.span("validate", kind=kind.value, release=release.name):
        with engine.walked(root, release.rule_set) as document:
            if document.suspect and not gated:
                check_tree(root, LIMITS)
            schemas.check(root, kind, outside=outside, tally=tally, extent=document.extent)
            engine.ask(document, tally)
        attachments.examine(root, tally)
    counts = tally.counts
    valid = not any(each.fatal for each in counts)
    later = None if release.binds(on) else release.mandatory_from
    return ValidationResult(kind, valid, release.name, tally.told, root, later, counts)


def refused(
    kind: DocumentKind | None, findings: tuple[Finding, ...], root: etree._Element | None = None
) -> ValidationResult:
    """The result for what no rules were put to, because of these few findings."""
    return ValidationResult(kind, False, "", findings, root, counts=counted(findings))


# A root we know with a CustomizationID we do not: the rules of its first kind say what is wrong with it.
_BY_ROOT: Final = {kind.root_tag: kind for kind in reversed(DocumentKind)}
_BY_PROCESS: Final = {(kind.root_tag, profile): kind for kind in DocumentKind for profile in kind.profile_ids}


def kind_of(root: etree._Element) -> DocumentKind | None:
    """Which kind of document this is: by root and CustomizationID, else by root and process, else by root alone.

    Answers share their root: one that does not say what it is customised to is judged by the rules of the process it
    names, so that its sender hears what is missing there. None for a root that is none of ours.
    """
    tag = str(root.tag)
    return (
        DocumentKind.recognise(tag, _stated(root, "CustomizationID"))
        or _BY_PROCESS.get((tag, _stated(root, "ProfileID")))
        or _BY_ROOT.get(tag)
    )


def _stated(root: etree._Element, name: str) -> str:
    return (root.findtext(f"{{{CBC}}}{name}") or "").strip(" \t\r\n")


def _no_kind(root: etree._Element, *wanted: DocumentKind) -> Finding:
    return Finding(
        GateRule.KIND.value,
        Severity.FATAL,
        location_of(root),
        root.sourceline or 0,
        etree.QName(root).localname,
        ", ".join(dict.fromkeys(kind.root_name for kind in wanted or DocumentKind)),
    )
