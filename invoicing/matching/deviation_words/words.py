"""What the words of a deviation consist of, and what many of them share: endings, suggestions, names of places."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from foundation.text import NO_TEXT, Text
from invoicing.matching.deviations import DeviationCode, SuggestionBasis


@dataclass(frozen=True, slots=True)
class DeviationText:
    """A title for lists and a sentence for people, with found, expected, line, reference, detail and source.

    `otherwise` are less telling wordings for when a value of the sentence is absent: the first whose values are all
    there is said, so that no sentence has a hole. `suggestion` is a sentence more where there is something to suggest,
    and `ending` one that always follows.
    """

    title: Text
    sentence: Text
    ending: Text = NO_TEXT
    otherwise: tuple[Text, ...] = ()
    suggestion: Text = NO_TEXT


CREDIT_AND_NEW: Final = Text("Kreditera hela fakturan och skicka en ny.")
CREDIT_ONLY: Final = Text("Kreditera hela fakturan; skicka ingen ny.")

_SUGGESTIONS: Final = {
    SuggestionBasis.NAMED: Text("Förslag: %(expected)s, som står i %(detail)s."),
    SuggestionBasis.PARTICIPANT: Text(
        "Förslag: %(expected)s, som hör till genomförandereferensen i %(detail)s."
    ),
    SuggestionBasis.ORDER: Text("Förslag: %(expected)s, som gäller samma order."),
    SuggestionBasis.SLIP: Text("Förslag: %(expected)s, som skiljer sig på ett tecken."),
    SuggestionBasis.SUM: Text("Förslag: %(expected)s, som har samma belopp."),
}

PLACES: Final = {
    "BT-10": Text("köparens referens (BT-10)"),
    "BT-11": Text("projektreferensen (BT-11)"),
    "BT-12": Text("avtalsreferensen (BT-12)"),
    "BT-13": Text("orderreferensen (BT-13)"),
    "BT-14": Text("säljarens ordernummer (BT-14)"),
    "BT-15": Text("mottagningsreferensen (BT-15)"),
    "BT-16": Text("leveransreferensen (BT-16)"),
    "BT-17": Text("upphandlingsreferensen (BT-17)"),
    "BT-18": Text("objektet som faktureras (BT-18)"),
    "BT-19": Text("konteringen (BT-19)"),
    "BT-22": Text("fakturans meddelande (BT-22)"),
    "BT-25": Text("fakturareferensen (BT-25)"),
    "BT-56": Text("köparens kontaktperson (BT-56)"),
    "BT-71": Text("leveransplatsen (BT-71)"),
    "BT-83": Text("betalningsreferensen (BT-83)"),
    "BT-123": Text("en bilagas beskrivning (BT-123)"),
    "BT-127": Text("en rads meddelande (BT-127)"),
    "BT-128": Text("en rads objekt (BT-128)"),
    "BT-132": Text("en rads orderrad (BT-132)"),
    "BT-133": Text("en rads kontering (BT-133)"),
    "BT-153": Text("en artikels namn (BT-153)"),
    "BT-154": Text("en artikels beskrivning (BT-154)"),
    "BT-156": Text("köparens artikelnummer (BT-156)"),
    "BT-161": Text("en artikels egenskap (BT-161)"),
    "BT-188": Text("en rads order (BT-188)"),
}
"""The places of a document by their term, as they read after "i"."""


def suggesting(
    code: DeviationCode, told: DeviationText, bases: Iterable[SuggestionBasis]
) -> Mapping[tuple[DeviationCode, str], DeviationText]:
    """The row of a code, and one for each basis of what is suggested: the variant's first word."""
    return {
        (code, ""): told,
        **{(code, basis.value): replace(told, suggestion=_SUGGESTIONS[basis]) for basis in bases},
    }
