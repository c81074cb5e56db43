"""Who may change what of the register, and how: every table and, of a supplier, every key. Pure.

Convention: what decides where money goes, and whom it is written to, takes two people in the product and is no matter
of the files once the register has a supplier. All else is agreed outside and comes with the files, by whoever loads
them. The first load of an empty register brings everything: nothing is paid before there are orders and two people.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Way(StrEnum):
    """How a part of the register changes."""

    FILES = "FILES"  # by a load, by one person
    TWO_PEOPLE = "TWO_PEOPLE"  # by a request that two people confirm; a load proposes one
    PAGES = "PAGES"  # by a load until somebody has changed it on the pages, and there alone from then on


TABLES: Final[Mapping[str, Way]] = {
    "buyer": Way.FILES,
    "policy": Way.PAGES,
    "suppliers": Way.FILES,  # that there is one; of each of its keys below
    "areas": Way.FILES,
    "units": Way.FILES,
    "contracts": Way.FILES,
    "price_lists": Way.FILES,
    "named_services": Way.FILES,
}
"""Each table of the register."""

OF_A_SUPPLIER: Final[Mapping[str, Way]] = {
    "organisation_number": Way.FILES,  # another number is another supplier, whose accounts two people confirm
    "name": Way.TWO_PEOPLE,
    "address": Way.TWO_PEOPLE,
    "payment_accounts": Way.TWO_PEOPLE,
    "vat": Way.FILES,
    "vat_id": Way.FILES,
    "f_tax": Way.FILES,
    "channel": Way.FILES,
    "participant_id": Way.FILES,
    "sending_endpoints": Way.FILES,
    "answers": Way.FILES,
    "order_process": Way.FILES,
    "response_process": Way.FILES,
    "technical_answers": Way.FILES,
    "succeeds": Way.FILES,  # a successor is paid to its own accounts alone
}
"""Each key of a supplier that the register has already."""

TWO_PEOPLE: Final = tuple(key for key, way in OF_A_SUPPLIER.items() if way is Way.TWO_PEOPLE)
"""What of a supplier a load leaves as it is."""
