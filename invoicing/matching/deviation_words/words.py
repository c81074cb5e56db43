"""What the words of a deviation consist of, and the endings that many share."""

from dataclasses import dataclass

from foundation.text import NO_TEXT, Text


@dataclass(frozen=True, slots=True)
class DeviationText:
    """A title for lists and a sentence for people, with found, expected, line, reference, detail and source.

    `ending` is a sentence after it that many share.
    """

    title: Text
    sentence: Text
    ending: Text = NO_TEXT


CREDIT_AND_NEW = Text("Kreditera hela fakturan och skicka en ny.")
