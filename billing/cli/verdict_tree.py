"""A judgement on the terminal: the tree of its checks, with what deviates."""

from collections.abc import Mapping

from rich.text import Text as RichText
from rich.tree import Tree

from foundation.formatting import plain
from foundation.text import NO_TEXT, JoinedText, Language, Text, WrittenText
from invoicing.matching import causes
from invoicing.matching.deviation_texts import compares, expected_in, source_name, value_text
from invoicing.matching.deviations import Check, CheckOutcome, Deviation, DeviationActor, Group, Match
from web.verdict_words import check_name

_OUTCOMES = {
    CheckOutcome.AGREES: ("✓", Text("stämmer"), "green"),
    CheckOutcome.DEVIATES: ("✗", Text("avviker"), "bold red"),
    CheckOutcome.NOT_LOOKED_AT: ("-", Text("inte prövat"), "dim"),
}
_ACTORS = {
    DeviationActor.SUPPLIER: Text("leverantören"),
    DeviationActor.BUYER: Text("köparen"),
    DeviationActor.NOBODY: Text("ingen"),
}


def tree_of(match: Match, heading: str, language: Language) -> Tree:
    """The whole judgement as a tree: every check with its outcome, every deviation with its sentence."""
    root = Tree(RichText(heading, style="bold"), guide_style="dim")
    for node in match.tree.checks:
        _grow(root, node, language, causes.told(match.deviations))
    return root


def _grow(branch: Tree, node: Check | Group, language: Language, said: Mapping[Deviation, Text]) -> None:
    name = check_name(node.name).in_language(language)
    if isinstance(node, Group):
        below = branch.add(RichText(name, style="bold"))
        for child in node.checks:
            _grow(below, child, language, said)
        return
    mark, outcome, style = _OUTCOMES[node.outcome]
    leaf = branch.add(RichText(f"{mark} {name}: {outcome.in_language(language)}", style=style))
    for deviation in node.deviations:
        told = leaf.add(RichText(plain(said[deviation].in_language(language))))
        told.add(RichText(plain(_facts(deviation).in_language(language)), style="dim"))


def _facts(deviation: Deviation) -> Text:
    """Found and expected with where they stand, and who acts."""
    acts = Text("åtgärdas av: %(actor)s", actor=_ACTORS[deviation.actor])
    if not compares(deviation):
        return acts
    line = Text("rad %(line)s", line=deviation.line) if deviation.line else NO_TEXT
    found_in = JoinedText(", ", (source_name(deviation.found_from), line, WrittenText(deviation.term)))
    place = expected_in(deviation)
    nothing = Text("inget", context="deviation")
    found = Text(
        "hittat %(found)s (%(place)s)",
        found=value_text(deviation, deviation.found) if deviation.found else nothing,
        place=found_in,
    )
    expects = value_text(deviation, deviation.expected)
    expected = (
        Text("väntat %(expected)s (%(place)s)", expected=expects, place=place)
        if place
        else Text("väntat %(expected)s", expected=expects)
    )
    return JoinedText("; ", (found, expected, acts))
