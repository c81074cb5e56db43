"""What each bank wants of a payment file beyond what all want: the state's two framework banks, and any other.

Sources: Danske Bank's and Swedbank Sweden's message implementation guides of pain.001.001.03, Swedish Common
Interpretation of ISO 20022 Payment Messages, appendix 1. Both banks name us by an agreement of theirs, which stands in
the file as our customer number (scheme BANK); Swedbank's has a form of its own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class PainVersion(StrEnum):
    """The versions of pain.001 that are written."""

    V03 = "03"
    V09 = "09"


class BankName(StrEnum):
    """The banks whose wishes are known; OTHER takes what all take."""

    OTHER = "other"
    DANSKE = "danske"
    SWEDBANK = "swedbank"


@dataclass(frozen=True, slots=True)
class BankWishes:
    """What one bank wants: its BICs, the version where none is set, the form of our number, and a service level."""

    bics: tuple[str, ...] = ()
    version: PainVersion = PainVersion.V03
    customer_id: re.Pattern[str] | None = None
    example: str = ""
    service_level: str = ""


WISHES: Final[Mapping[BankName, BankWishes]] = {
    BankName.OTHER: BankWishes(),
    BankName.DANSKE: BankWishes(
        bics=("DABASESX",), customer_id=re.compile(r"[A-Z0-9]{5,35}"), example="5D4711"
    ),
    BankName.SWEDBANK: BankWishes(
        bics=("SWEDSESS",),
        customer_id=re.compile(r"[0-9]{12}[A-Z][0-9]{3}"),
        example="062021002114B001",
        service_level="NURG",
    ),
}
"""What each bank wants."""
