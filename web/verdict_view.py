"""A match as a page shows it: the verdict in a line, each deviation with both values, and every check.

Convention: the words of a deviation are those of `invoicing.matching.deviation_texts`, the names of checks those of
`verdict_words`; this module only lays them out for templates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foundation.text import NO_TEXT, JoinedText, Text, WrittenText
from invoicing.matching import causes
from invoicing.matching.deviation_texts import compares, expected_in, source_name, title, value_text
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
from invoicing.responses import response_documents
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
    Verdict.QUESTION: ("bad", Text("Stämmer inte"), NO_TEXT),
}
# A claim for late payment: a person accepts or disputes it.
_AWAITS = ("note", Text("Avgörs av en person"), Text("En person hos köparen godtar eller bestrider kravet."))
_ASKED = {
    ("CNF", "NIN"): Text("Köparen skulle be om en kreditfaktura och en ny faktura."),
    ("CNF",): Text("Köparen skulle be om en kreditfaktura, och ingen ny."),
    ("NIN",): Text("Köparen skulle be om ett nytt dokument."),
    ("NOA",): Text("Köparen skulle inte räkna med dokumentet. Ingen behöver göra något."),
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


Said = Mapping[Deviation, Text]
"""Each deviation's sentence."""


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
    reasons: tuple[Text, ...]
    """The sentences of the gravest that stop it; notes are left out."""


def verdict_view(match: Match, *, rejected: bool = False, in_part: bool = False) -> VerdictView:
    """The match in words; what is said differs where it is `rejected` already, or accepted `in_part`."""
    tone, name, lead = _verdict(match)
    said = causes.told(match.deviations, rejected=rejected, in_part=in_part)
    told = tuple(_told(each, said) for each in match.deviations)
    reasons = causes.reasons(match, rejected=rejected, in_part=in_part) if causes.stops(match) else ()
    return VerdictView(match.verdict, tone, name, lead, told, _nodes(match.tree.checks, said), reasons)


def _verdict(match: Match) -> tuple[str, Text, Text]:
    """Tone, heading and what comes of it: of what does not agree, what the supplier would be asked to do."""
    if causes.awaits_decision(match):
        return _AWAITS
    tone, name, lead = _VERDICTS[match.verdict]
    if match.verdict is Verdict.QUESTION:
        lead = _ASKED[response_documents.asks(response_documents.REJECTED, match.deviations)]
    return tone, name, lead


def heading(match: Match) -> tuple[str, Text]:
    """What a judgement came to in a word or two, with its tone."""
    tone, said, _ = _verdict(match)
    return tone, said


def _nodes(checks: Sequence[Check | Group], said: Said) -> tuple[CheckView, ...]:
    return tuple(_node(each, said) for each in checks)


def _node(node: Check | Group, said: Said) -> CheckView:
    name = check_name(node.name)
    if isinstance(node, Group):
        return CheckView(name, "", NO_TEXT, (), _nodes(node.checks, said))
    tone, outcome = _OUTCOMES[node.outcome]
    told = tuple(_told(each, said) for each in node.deviations)
    if told and not any(each.stops for each in told):
        tone = "note"
    return CheckView(name, tone, outcome, told, ())


def _told(deviation: Deviation, said: Said) -> DeviationView:
    line = Text("rad %(line)s", line=deviation.line) if deviation.line else NO_TEXT
    found_in = (source_name(deviation.found_from), line, WrittenText(deviation.term))
    return DeviationView(
        title=title(deviation),
        sentence=said[deviation],
        found=value_text(deviation, deviation.found)
        if deviation.found
        else Text("inget", context="deviation"),
        found_in=JoinedText(", ", found_in),
        expected=value_text(deviation, deviation.expected),
        expected_in=expected_in(deviation),
        who=_WHO[deviation.actor],
        stops=deviation.weight is not Weight.NOTE,
        compared=compares(deviation),
    )
