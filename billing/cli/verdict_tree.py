"""A judgement on the terminal: the tree of its checks, with what deviates."""

from rich.text import Text
from rich.tree import Tree

from foundation.errors import Language
from foundation.formatting import plain
from invoicing.matching.deviation_texts import sentence, source_name
from invoicing.matching.deviations import Check, CheckOutcome, Deviation, DeviationActor, Group, Match
from web.verdict_words import check_name

_OUTCOMES = {
    CheckOutcome.AGREES: ("✓", "stämmer", "agrees", "green"),
    CheckOutcome.DEVIATES: ("✗", "avviker", "deviates", "bold red"),
    CheckOutcome.NOT_LOOKED_AT: ("-", "inte prövat", "not looked at", "dim"),
}
_ACTORS = {
    DeviationActor.SUPPLIER: ("leverantören", "the supplier"),
    DeviationActor.BUYER: ("köparen", "the buyer"),
    DeviationActor.NOBODY: ("ingen", "nobody"),
}


def tree_of(match: Match, heading: str, language: Language) -> Tree:
    """The whole judgement as a tree: every check with its outcome, every deviation with its sentence."""
    root = Tree(Text(heading, style="bold"), guide_style="dim")
    for node in match.tree.checks:
        _grow(root, node, language)
    return root


def _grow(branch: Tree, node: Check | Group, language: Language) -> None:
    name = check_name(node.name, language)
    if isinstance(node, Group):
        below = branch.add(Text(name, style="bold"))
        for child in node.checks:
            _grow(below, child, language)
        return
    mark, sv, en, style = _OUTCOMES[node.outcome]
    leaf = branch.add(Text(f"{mark} {name}: {sv if language == 'sv' else en}", style=style))
    for deviation in node.deviations:
        told = leaf.add(Text(plain(f"{deviation.code}: {sentence(deviation, language)}")))
        told.add(Text(plain(_facts(deviation, language)), style="dim"))


def _facts(deviation: Deviation, language: Language) -> str:
    """Found and expected with where they stand, and who acts."""
    sv = language == "sv"
    nothing = "inget" if sv else "nothing"
    found_in = ", ".join(
        filter(None, (source_name(deviation.found_from, language), _line(deviation, sv), deviation.term))
    )
    expected_in = " ".join(
        filter(None, (source_name(deviation.expected_from, language), deviation.reference))
    )
    actor = _ACTORS[deviation.actor][0 if sv else 1]
    parts = (
        f"{'hittat' if sv else 'found'} {deviation.found or nothing} ({found_in})",
        f"{'väntat' if sv else 'expected'} {deviation.expected or nothing}"
        + (f" ({expected_in})" if expected_in else ""),
        f"{'åtgärdas av' if sv else 'to act'}: {actor}",
    )
    return "; ".join(parts)


def _line(deviation: Deviation, sv: bool) -> str:
    return f"{'rad' if sv else 'line'} {deviation.line}" if deviation.line else ""
