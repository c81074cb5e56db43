"""What every refusal has: a sentence in Swedish and one in English.

Convention: the sentence says what, where and what to do, and holds no personal data.
"""

from typing import Literal

Language = Literal["sv", "en"]
"""The languages the system speaks: Swedish first, English beside it."""


Pair = tuple[str, str]
"""The same words in Swedish and in English."""


class Refused(Exception):
    """Something the business does not allow, said in one sentence in Swedish and one in English.

    Every refusal of the folders above is a subclass. `sentence_sv` is for people, `sentence` (English) is
    also what str() gives and logs carry; neither may hold personal data.

    >>> str(Refused("Ordern är stängd.", "The order is closed."))
    'The order is closed.'
    """

    def __init__(self, sentence_sv: str, sentence: str) -> None:
        super().__init__(sentence_sv, sentence)
        self.sentence_sv = sentence_sv
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence

    @property
    def pair(self) -> tuple[str, str]:
        """The sentence in Swedish and in English."""
        return self.sentence_sv, self.sentence

    def in_language(self, language: Language) -> str:
        """The sentence in the language of whoever reads it."""
        return self.sentence_sv if language == "sv" else self.sentence


class NotThere(Refused):
    """What was asked for does not exist, or is not for this person; the two look the same."""

    def __init__(self) -> None:
        super().__init__(
            "Sidan eller det du söker finns inte, eller tillhör någon annan. Kontrollera adressen eller gå "
            "till översikten.",
            "The page or what you look for does not exist, or belongs to another. Check the address or go "
            "to the overview.",
        )


class NotFound(Refused):
    """What was named on the command line does not exist."""
