"""What somebody at a supplier is limited to: whole units, and single addresses of others (REQ-52).

Convention: an address is known by an id that no unit and no other address has, but for the first address of a unit,
which is known by the unit's own id. Whoever is limited to nothing has no `UnitScope` at all, but None.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """Where a placement is: a unit and one of its addresses. Empty ids are nobody's place."""

    unit_id: str
    address_id: str


@dataclass(frozen=True, slots=True)
class UnitScope:
    """Ids of whole units (utförande verksamheter), and of single addresses; both empty leaves nothing to see.

    >>> scope = UnitScope(frozenset({"UV-101"}), frozenset({"UV-102-B"}))
    >>> scope.holds("UV-101", "UV-101-C"), scope.holds("UV-102", "UV-102"), scope.holds("UV-102", "UV-102-B")
    (True, False, True)
    """

    units: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()

    def holds(self, unit_id: str, address_id: str) -> bool:
        """Whether what is given at this address of this unit is within it."""
        return unit_id in self.units or address_id in self.addresses
