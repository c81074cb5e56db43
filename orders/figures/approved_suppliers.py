"""How many suppliers are approved on a day, and at how many addresses: what the register says. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from orders.register.parties import Address
from orders.register.register import Register


@dataclass(frozen=True, slots=True)
class ApprovedSuppliers:
    """Suppliers with a contract for a service on a day, those of them that have somebody, and their addresses.

    An area has the suppliers whose contract is for it; one that is for several is in each of them. What is paid by
    the European Social Fund is outside, as it is of all figures.
    """

    day: date
    approved: int
    active: int
    addresses: int
    approved_by_area: Mapping[str, int]


def approved_suppliers(
    register: Register, service: str, *, on: date, with_ongoing: Collection[str]
) -> ApprovedSuppliers:
    """The figures of a day; `with_ongoing` are the suppliers with ongoing placements at its end."""
    of_areas: dict[str, set[str]] = {}
    for contract in register.contracts:
        if not contract.valid.contains(on) or register.service_of(contract.id).id != service:
            continue
        for area in contract.areas:
            if not register.area(area).esf:
                of_areas.setdefault(area, set()).add(register.holder(contract.supplier, on))
    suppliers = set().union(*of_areas.values())
    addresses = {
        _place(each.address)
        for unit in register.units
        if register.holder(unit.supplier, on) in suppliers
        for each in unit.every_address
    }
    return ApprovedSuppliers(
        day=on,
        approved=len(suppliers),
        active=len({register.holder(each, on) for each in with_ongoing} & suppliers),
        addresses=len(addresses),
        approved_by_area={area: len(found) for area, found in sorted(of_areas.items())},
    )


def _place(address: Address) -> tuple[str, ...]:
    """The same for an address however it is written: in capitals, or with other spaces."""
    parts = (address.street, address.additional_street, address.postal_code, address.city, address.country)
    return tuple("".join(part.casefold().split()) for part in parts)
