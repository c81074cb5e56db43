"""One document judged by both: which rules fired how often, what the schema says, and whether it is valid.

Ours is the whole way of a document from outside (gate, schema, rules); theirs is UBL's schema and the published rules
run by Saxon over the same bytes. Which rules are asked is what the document says it is. Where a file of published
rules stops without a verdict (a number that is none, an element that stands twice where one is meant), there is nothing
to compare with, and ours has to refuse the document.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from lxml import etree

from peppol.findings import Finding
from peppol.identifiers import DocumentKind
from peppol.rules import releases
from peppol.rules.engine import engine
from peppol.validation.published_rules import OfficialRulesFailed
from peppol.validation.validation import ValidationResult, validate
from tests.agreement.inputs import Document, Expected
from tests.agreement.published import Fired, PublishedRelease

NOT_OF_A_RULE: Final = "XSD"
_PARSER: Final = etree.XMLParser(
    remove_comments=True, remove_pis=True, resolve_entities=False, no_network=True
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing the two say otherwise: `what` is a rule, or "schema", "gate", "verdict" or "unit case"."""

    what: str
    ours: str
    theirs: str

    def __str__(self) -> str:
        return f"{self.what}: ours {self.ours}, published {self.theirs}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of one document; None is what could not be compared. `data` is kept where something differs."""

    name: str
    kind: DocumentKind
    differences: tuple[Difference, ...]
    same_fired: bool | None
    same_schema: bool | None
    same_verdict: bool | None
    data: bytes = b""


def compare_unit(document: Document, release: PublishedRelease | None, on: date) -> Comparison:
    """A unit case: no schema takes it, so its rules alone, beside the published and beside what the case expects.

    A case that is of another release than the rules, which say otherwise themselves, is no difference of ours.
    """
    assert document.expected is not None
    root = etree.fromstring(document.data, _PARSER)
    ours = _counted(engine.judge(root, releases.rule_set_for(document.kind, on=on)))
    theirs = _fired(document.data, document.kind, release)
    same = None if theirs is None else ours == theirs
    differences = tuple(_rules(ours, theirs)) if theirs is not None else ()
    if theirs is None or any(each.what == document.expected.rule for each in differences):
        differences += tuple(_unexpected(document.expected, ours))
    data = document.data if differences else b""
    return Comparison(document.name, document.kind, differences, same, None, None, data)


def compare(name: str, data: bytes, kind: DocumentKind, release: PublishedRelease, on: date) -> Comparison:
    """A whole document; `kind` is whose rules are asked where the gate lets ours see nothing."""
    judged = validate(data, on=on)
    kind = judged.kind or kind
    if kind not in release.files.kinds:  # it says that it is something whose rules are not at hand
        return Comparison(name, kind, (), None, None, None)
    accepted = release.schema_accepts(data, kind)
    theirs = _fired(data, kind, release)
    gated = judged.root is None
    ours = _counted(judged.findings)
    differences = tuple(_differences(judged, ours, accepted, theirs))
    return Comparison(
        name,
        kind,
        differences,
        same_fired=None if theirs is None or gated else ours == theirs,
        same_schema=None if accepted is None or gated else schema_accepted(judged) == accepted,
        same_verdict=None if theirs is None else _valid(judged, accepted) == _passes(accepted, theirs),
        data=data if differences else b"",
    )


def schema_accepted(judged: ValidationResult) -> bool:
    """Whether our schema took the document."""
    return not any(finding.rule == NOT_OF_A_RULE for finding in judged.findings)


def _fired(data: bytes, kind: DocumentKind, release: PublishedRelease | None) -> Fired | None:
    """What the published rules find; None without them, or where they stop without a verdict."""
    try:
        return release.fired(data, kind) if release is not None else None
    except OfficialRulesFailed:
        return None


def _valid(judged: ValidationResult, accepted: bool | None) -> bool:
    """Our verdict, without our schema's where theirs is not at hand."""
    schema_counts = accepted is not None
    return judged.root is not None and not any(
        finding.fatal and (schema_counts or finding.rule != NOT_OF_A_RULE) for finding in judged.findings
    )


def _passes(accepted: bool | None, theirs: Fired) -> bool:
    return accepted is not False and not any(gravity == "fatal" for _, gravity in theirs)


def _differences(
    judged: ValidationResult, ours: Fired, accepted: bool | None, theirs: Fired | None
) -> Iterator[Difference]:
    if judged.root is None:
        if theirs is None or _passes(accepted, theirs):
            yield Difference("gate", judged.findings[0].rule, "no verdict" if theirs is None else "valid")
        return
    if accepted is not None and schema_accepted(judged) != accepted:
        said = {True: "accepted", False: "refused"}
        yield Difference("schema", said[not accepted], said[accepted])
    if theirs is not None:
        yield from _rules(ours, theirs)
    elif judged.valid:
        yield Difference("verdict", "valid", "none")


def _rules(ours: Fired, theirs: Fired) -> Iterator[Difference]:
    for rule, gravity in sorted(set(ours) | set(theirs)):
        own, published = ours[rule, gravity], theirs[rule, gravity]
        if own != published:
            yield Difference(rule, f"{own} {gravity}", f"{published} {gravity}")


def _unexpected(expected: Expected, ours: Fired) -> Iterator[Difference]:
    said = {gravity: count for (rule, gravity), count in ours.items() if rule == expected.rule}
    wanted = {expected.gravity: expected.count} if expected.gravity else {}
    if said != wanted:
        rule = expected.rule
        yield Difference("unit case", f"{rule} {_written(said)}", f"{rule} {_written(wanted)}")


def _written(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {gravity}" for gravity, count in sorted(counts.items())) or "0"


def _counted(findings: Iterable[Finding]) -> Fired:
    return Counter((finding.rule, finding.severity.value) for finding in findings if finding.rule in _OURS)


_OURS: Final = frozenset(info.id for info in releases.all_rules())
