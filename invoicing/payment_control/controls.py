"""The controls of a payment, what each may come to, and how one is told. Pure.

Convention: a control always has a row, also where it has nothing to go by: what was not looked at is said, and is
never taken for right. A row names its source and the moment of what it goes by, so that it can be asked again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from foundation.text import NO_TEXT, Text


class Control(StrEnum):
    """What is looked at, in the order it is told."""

    PAYMENT_STOP = "PAYMENT_STOP"
    BANKRUPTCY = "BANKRUPTCY"
    F_TAX = "F_TAX"
    VAT = "VAT"
    NEW_ACCOUNT = "NEW_ACCOUNT"
    OTHER_PAYEE = "OTHER_PAYEE"
    DUPLICATE = "DUPLICATE"
    PATTERN = "PATTERN"
    LIMIT = "LIMIT"

    @property
    def words(self) -> Text:
        """What people call it."""
        return _WORDS[self]


_WORDS: Final[Mapping[Control, Text]] = {
    Control.PAYMENT_STOP: Text("Betalningsstopp"),
    Control.BANKRUPTCY: Text("Konkurs"),
    Control.F_TAX: Text("F-skatt"),
    Control.VAT: Text("Momsregistrering"),
    Control.NEW_ACCOUNT: Text("Nytt konto"),
    Control.OTHER_PAYEE: Text("Annan betalningsmottagare"),
    Control.DUPLICATE: Text("Dubblett"),
    Control.PATTERN: Text("Avvikande belopp"),
    Control.LIMIT: Text("Beloppsgräns"),
}


class ControlVerdict(StrEnum):
    """What a control came to for one payment."""

    PASSED = "PASSED"
    NO_DATA = "NO_DATA"  # there is nothing to go by
    NOTED = "NOTED"  # told to whoever attests
    STOPPED = "STOPPED"  # nothing leaves before a person has released it
    RELEASED = "RELEASED"  # a person has, with a reason

    @property
    def words(self) -> Text:
        """What people call it."""
        return VERDICT_WORDS[self]


VERDICT_WORDS: Final[Mapping[ControlVerdict, Text]] = {
    ControlVerdict.PASSED: Text("Utan anmärkning"),
    ControlVerdict.NO_DATA: Text("Underlag saknas"),
    ControlVerdict.NOTED: Text("Anmärkning"),
    ControlVerdict.STOPPED: Text("Stoppad", context="control"),
    ControlVerdict.RELEASED: Text("Släppt av en person"),
}

RELEASABLE: Final = frozenset(
    {Control.BANKRUPTCY, Control.F_TAX, Control.VAT, Control.DUPLICATE}
) | frozenset({Control.PATTERN, Control.LIMIT})
"""What one person may release an invoice from with a reason, and another attests. A payment stop is lifted by two."""


@dataclass(frozen=True, slots=True)
class ControlRow:
    """What one control came to for one payment.

    `source` says what it goes by and `moment` from when that is; None where there is nothing, or it is asked now.
    `basis` is what a release is of: the same finding has the same, a later and different one another.
    """

    control: Control
    verdict: ControlVerdict
    source: Text
    moment: datetime | None = None
    sentence: Text = NO_TEXT
    basis: str = ""

    @property
    def stops(self) -> bool:
        """Whether nothing leaves because of it."""
        return self.verdict is ControlVerdict.STOPPED
