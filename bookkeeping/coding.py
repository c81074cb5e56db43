"""How a row of a voucher is coded: which account, cost centre, activity, appropriation and counterparty it has.

What it is decided by is the row's role and its basis: what was bought, where, by which contract and of what kind of
supplier. Whoever decides it is a `Coder`: the accounts of the settings, or the buyer's accounting rules. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from foundation.text import Text


class RowRole(StrEnum):
    """What a row of a voucher stands for."""

    COST = "cost"
    VAT = "vat"
    ROUNDING = "rounding"
    ARRIVED = "arrived"  # invoiced and not approved yet
    PAYABLE = "payable"
    BANK = "bank"
    ACCRUED = "accrued"
    WRITTEN_OFF = "written_off"  # a claim on a supplier that is given up
    INTEREST = "interest"  # what suppliers pay for paying back late


class Dimension(StrEnum):
    """What an amount is followed by besides its account."""

    COST_CENTRE = "cost_centre"
    ACTIVITY = "activity"
    APPROPRIATION = "appropriation"
    COUNTERPARTY = "counterparty"

    @property
    def words(self) -> Text:
        """What people call it."""
        return _WORDS[self]

    @property
    def sie_number(self) -> int:
        """Its number in SIE 4: 1 is reserved for the cost centre, and one's own begin at 20."""
        return _SIE_NUMBERS[self]


_WORDS: Final[Mapping[Dimension, Text]] = {
    Dimension.COST_CENTRE: Text("Kostnadsställe"),
    Dimension.ACTIVITY: Text("Verksamhet"),
    Dimension.APPROPRIATION: Text("Anslag"),
    Dimension.COUNTERPARTY: Text("Motpart"),
}
_SIE_NUMBERS: Final[Mapping[Dimension, int]] = {
    Dimension.COST_CENTRE: 1,
    Dimension.ACTIVITY: 20,
    Dimension.APPROPRIATION: 21,
    Dimension.COUNTERPARTY: 22,
}


class SupplierKind(StrEnum):
    """What a supplier is, as its organisation number tells: who the state's counterparty is depends on it."""

    STATE = "STATE"
    REGION = "REGION"
    MUNICIPALITY = "MUNICIPALITY"
    COMPANY = "COMPANY"
    ASSOCIATION = "ASSOCIATION"
    OTHER = "OTHER"


def supplier_kind(organisation_number: str) -> SupplierKind:
    """The kind that the number's group tells (Skatteverket, SKV 709: 2 public, 5 companies, 7 and 8 associations).

    >>> [supplier_kind(each).value for each in ("2021002114", "2120000142", "5599991014", "8029996066")]
    ['STATE', 'MUNICIPALITY', 'COMPANY', 'ASSOCIATION']
    """
    for beginning, kind in _KINDS:
        if organisation_number.startswith(beginning):
            return kind
    return SupplierKind.OTHER


_KINDS: Final = (
    ("202100", SupplierKind.STATE),
    ("212000", SupplierKind.MUNICIPALITY),
    ("222000", SupplierKind.MUNICIPALITY),
    ("232100", SupplierKind.REGION),
    ("5", SupplierKind.COMPANY),
    ("7", SupplierKind.ASSOCIATION),
    ("8", SupplierKind.ASSOCIATION),
)


@dataclass(frozen=True, slots=True)
class CodingBasis:
    """What a row's coding is decided by; a row of the whole invoice has the supplier's kind alone."""

    article: str = ""
    service: str = ""
    unit: str = ""
    delivery_area: str = ""
    contract: str = ""
    supplier_kind: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Coding:
    """The account, and the object of each dimension; empty where none is followed."""

    account: str
    cost_centre: str = ""
    activity: str = ""
    appropriation: str = ""
    counterparty: str = ""

    def of(self, dimension: Dimension) -> str:
        """The object of a dimension."""
        found: str = getattr(self, dimension.value)
        return found


class Coder(Protocol):
    """Whoever codes rows."""

    def coding(self, role: RowRole, basis: CodingBasis) -> Coding:
        """How a row of that role and basis is coded."""
