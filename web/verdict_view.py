"""A match as a page shows it: the verdict in a line, each deviation with both values, and every check.

Convention: the words of a deviation are those of `invoicing.matching.deviation_texts`, the names of checks those of
`verdict_words`; this module only lays them out for templates.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from foundation.text import NO_TEXT, JoinedText, Text, WrittenText
from invoicing.matching.deviation_texts import compares, sentence, source_name, title
from invoicing.matching.deviations import (
    Check,
    CheckOutcome,
    Deviation,
    DeviationActor,
    Group,
    Match,
    Verdict,
    Weight,
)
from web.verdict_words import check_name

_VERDICTS = {
    Verdict.ACCEPT: ("good", Text("Stämmer"), Text("Köparens prövning godkänner den direkt.")),
    Verdict.HOLD: (
        "note",
        Text("Hålls för kontroll"),
        Text("Köparen kontrollerar det som avviker innan den betalas."),
    ),
    Verdict.PARK: (
        "note",
        Text("Väntar"),
        Text("Den kan inte prövas färdigt än och prövas om av sig själv."),
    ),
    Verdict.QUESTION: (
        "bad",
        Text("Stämmer inte"),
        Text("Köparen skulle be om en kreditfaktura och en ny faktura."),
    ),
}
_OUTCOMES = {
    CheckOutcome.AGREES: ("good", Text("stämmer")),
    CheckOutcome.DEVIATES: ("bad", Text("avviker")),
    CheckOutcome.NOT_LOOKED_AT: ("quiet", Text("inte prövat")),
}
_WHO = {
    DeviationActor.SUPPLIER: Text("ni"),
    DeviationActor.BUYER: Text("köparen"),
    DeviationActor.NOBODY: Text("ingen"),
}


@dataclass(frozen=True, slots=True)
class DeviationView:
    """One deviation: what it is, and both values with where each stands, where they are `compared`."""

    title: Text
    sentence: Text
    found: Text
    found_in: Text
    expected: Text
    expected_in: Text
    who: Text
    stops: bool
    compared: bool


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check or a group of them."""

    name: Text
    tone: str
    outcome: Text
    told: tuple[DeviationView, ...]
    children: tuple["CheckView", ...]


@dataclass(frozen=True, slots=True)
class VerdictView:
    """The whole match."""

    verdict: Verdict
    tone: str
    heading: Text
    lead: Text
    told: tuple[DeviationView, ...]
    nodes: tuple[CheckView, ...]

    @property
    def stops(self) -> tuple[DeviationView, ...]:
        """The deviations that stop it; notes are left out."""
        return tuple(each for each in self.told if each.stops)


def verdict_view(match: Match, *, in_part: bool = False) -> VerdictView:
    """The match in words; without advice where the invoice is accepted `in_part`: what to credit is told by itself."""
    tone, heading, lead = _VERDICTS[match.verdict]
    told = tuple(_told(each, in_part) for each in match.deviations)
    return VerdictView(match.verdict, tone, heading, lead, told, _nodes(match.tree.checks, in_part))


def _nodes(checks: Sequence[Check | Group], in_part: bool) -> tuple[CheckView, ...]:
    return tuple(_node(each, in_part) for each in checks)


def _node(node: Check | Group, in_part: bool) -> CheckView:
    name = check_name(node.name)
    if isinstance(node, Group):
        return CheckView(name, "", NO_TEXT, (), _nodes(node.checks, in_part))
    tone, outcome = _OUTCOMES[node.outcome]
    told = tuple(_told(each, in_part) for each in node.deviations)
    if told and not any(each.stops for each in told):
        tone = "note"
    return CheckView(name, tone, outcome, told, ())


def _told(deviation: Deviation, in_part: bool) -> DeviationView:
    line = Text("rad %(line)s", line=deviation.line) if deviation.line else NO_TEXT
    found_in = (source_name(deviation.found_from), line, WrittenText(deviation.term))
    expected_in = (source_name(deviation.expected_from), WrittenText(deviation.reference))
    return DeviationView(
        title=title(deviation),
        sentence=sentence(deviation, in_part=in_part),
        found=WrittenText(deviation.found) if deviation.found else Text("inget", context="deviation"),
        found_in=JoinedText(", ", found_in),
        expected=WrittenText(deviation.expected),
        expected_in=JoinedText(" ", expected_in),
        who=_WHO[deviation.actor],
        stops=deviation.weight is not Weight.NOTE,
        compared=compares(deviation),
    )
