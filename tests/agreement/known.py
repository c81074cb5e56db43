"""The classes of difference that stay, each with its reason; docs/rules-agreement.md tells them to people.

A class holds for a document that shows its cause, never for a rule as such: what no class explains is a fault.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lxml import etree

from peppol.xml import schemas
from peppol.xml.gate_errors import GateRule
from tests.agreement.comparing import Comparison, Difference

_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


@dataclass(frozen=True, slots=True)
class KnownClass:
    """A cause of differences: whether it explains one over one document, and its reason in a sentence."""

    name: str
    explains: Callable[[Difference, Comparison], bool]
    reason: str


def _root(comparison: Comparison) -> etree._Element:
    return etree.fromstring(comparison.data, _PARSER)


def _note_inside_a_value(difference: Difference, comparison: Comparison) -> bool:
    """A comment or an instruction that parts the text of an element without elements in it."""
    if (difference.what, difference.theirs) != ("verdict", "none"):
        return False
    notes = _root(comparison).iter(etree.Comment, etree.ProcessingInstruction)
    return any(
        above is not None and above.find("*") is None
        for note in notes
        if (above := note.getparent()) is not None
    )


def _repeated(comparison: Comparison) -> bool:
    """Whether an element stands more often than the profile has it, or a value beside one of the same name."""
    root = _root(comparison)
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    if any(finding.detail == "repeated" for finding in schemas.check(root, comparison.kind)):
        return True
    names = [
        (element.getparent(), element.tag)
        for element in root.iter(etree.Element)
        if element.find("*") is None
    ]
    return len(names) > len(set(names))


def _stops_over_a_repetition(difference: Difference, comparison: Comparison) -> bool:
    return (difference.what, difference.theirs) == ("verdict", "none") and _repeated(comparison)


def _pattern_stops(difference: Difference, comparison: Comparison) -> bool:
    """A rule whose context compares an element that stands twice; the schema refuses the document on both sides."""
    return (
        difference.theirs.startswith("0 ")
        and comparison.same_schema is True
        and comparison.same_verdict is True
        and _repeated(comparison)
    )


_HARM: Final = frozenset(
    {
        *(GateRule.DOCTYPE, GateRule.ENTITY, GateRule.ENCODING, GateRule.VERSION, GateRule.CHARACTER),
        *(GateRule.SIZE, GateRule.TEXT, GateRule.DEPTH, GateRule.ELEMENTS, GateRule.ATTRIBUTES),
        *(GateRule.DECLARATIONS, GateRule.NAME, GateRule.IDENTIFIER),
    }
)


def _shut_gate(difference: Difference, comparison: Comparison) -> bool:
    return difference.what == "gate" and difference.ours in _HARM


KNOWN: Final = (
    KnownClass(
        "a note inside a value",
        _note_inside_a_value,
        "A comment parts the value's text in two; a published rule that asks for text() stops without a verdict, ours"
        " reads the value whole.",
    ),
    KnownClass(
        "an element more often than the profile has it",
        _stops_over_a_repetition,
        "UBL's schema takes it, and a published rule that means one stops without a verdict; ours reads the first.",
    ),
    KnownClass(
        "a context that stops",
        _pattern_stops,
        "Where an element stands twice that a rule's context compares, Saxon lets the context match nothing; ours"
        " looks at them. The schema refuses the document on both sides.",
    ),
    KnownClass(
        "the gate",
        _shut_gate,
        "What harms whoever reads it is refused before any rule is asked: a document type, another encoding than UTF-8,"
        " more than the limits, an identifier with characters that nobody sees. No published rule speaks of these.",
    ),
)


def known_class(difference: Difference, comparison: Comparison) -> KnownClass | None:
    """The class that explains the difference over this document, or None."""
    return next((known for known in KNOWN if known.explains(difference, comparison)), None)
