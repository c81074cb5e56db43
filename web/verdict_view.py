"""A match as a page shows it: the verdict in a line, each deviation with both values, and every check.

Convention: the words of a deviation are those of `invoicing.matching.deviation_texts`, the names of checks those of
`verdict_words`; this module only lays them out for templates.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from foundation.errors import Language
from invoicing.matching.deviation_texts import sentence, source_name, title
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
    Verdict.ACCEPT: (
        "good",
        "Stämmer",
        "Agrees",
        "Köparens prövning godkänner den direkt.",
        "The buyer's matching accepts it at once.",
    ),
    Verdict.HOLD: (
        "note",
        "Hålls för kontroll",
        "Held for a check",
        "Två personer hos köparen kontrollerar betalkontot innan den betalas.",
        "Two people at the buyer check the payment account before it is paid.",
    ),
    Verdict.PARK: (
        "note",
        "Väntar",
        "Waits",
        "Den kan inte prövas färdigt än och prövas om av sig själv.",
        "It cannot be fully matched yet and is matched again by itself.",
    ),
    Verdict.QUESTION: (
        "bad",
        "Stämmer inte",
        "Does not agree",
        "Köparen skulle be om en kreditfaktura och en ny faktura.",
        "The buyer would ask for a credit note and a new invoice.",
    ),
}
_OUTCOMES = {
    CheckOutcome.AGREES: ("good", "stämmer", "agrees"),
    CheckOutcome.DEVIATES: ("bad", "avviker", "deviates"),
    CheckOutcome.NOT_LOOKED_AT: ("quiet", "inte prövat", "not looked at"),
}
_WHO = {
    DeviationActor.SUPPLIER: ("ni", "you"),
    DeviationActor.BUYER: ("köparen", "the buyer"),
    DeviationActor.NOBODY: ("ingen", "nobody"),
}


@dataclass(frozen=True, slots=True)
class DeviationView:
    """One deviation: what it is, and both values with where each stands."""

    title: str
    sentence: str
    found: str
    found_in: str
    expected: str
    expected_in: str
    who: str
    stops: bool


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check or a group of them."""

    name: str
    tone: str
    outcome: str
    told: tuple[DeviationView, ...]
    children: tuple["CheckView", ...]


@dataclass(frozen=True, slots=True)
class VerdictView:
    """The whole match."""

    verdict: Verdict
    tone: str
    heading: str
    lead: str
    told: tuple[DeviationView, ...]
    nodes: tuple[CheckView, ...]

    @property
    def stops(self) -> tuple[DeviationView, ...]:
        """The deviations that stop it; notes are left out."""
        return tuple(each for each in self.told if each.stops)


def verdict_view(match: Match, language: Language) -> VerdictView:
    """The match in the words of `language`."""
    tone, sv, en, lead_sv, lead_en = _VERDICTS[match.verdict]
    swedish = language == "sv"
    return VerdictView(
        match.verdict,
        tone,
        sv if swedish else en,
        lead_sv if swedish else lead_en,
        tuple(_told(each, language) for each in match.deviations),
        _nodes(match.tree.checks, language),
    )


def _nodes(checks: Sequence[Check | Group], language: Language) -> tuple[CheckView, ...]:
    return tuple(_node(each, language) for each in checks)


def _node(node: Check | Group, language: Language) -> CheckView:
    name = check_name(node.name, language)
    if isinstance(node, Group):
        return CheckView(name, "", "", (), _nodes(node.checks, language))
    tone, sv, en = _OUTCOMES[node.outcome]
    told = tuple(_told(each, language) for each in node.deviations)
    if told and not any(each.stops for each in told):
        tone = "note"
    return CheckView(name, tone, sv if language == "sv" else en, told, ())


def _told(deviation: Deviation, language: Language) -> DeviationView:
    swedish = language == "sv"
    nothing = "inget" if swedish else "nothing"
    line = f"{'rad' if swedish else 'line'} {deviation.line}" if deviation.line else ""
    return DeviationView(
        title(deviation, language),
        sentence(deviation, language),
        deviation.found or nothing,
        ", ".join(filter(None, (source_name(deviation.found_from, language), line, deviation.term))),
        deviation.expected or nothing,
        " ".join(filter(None, (source_name(deviation.expected_from, language), deviation.reference))),
        _WHO[deviation.actor][0 if swedish else 1],
        deviation.weight is not Weight.NOTE,
    )
