"""Registers that lack something, as somebody's mistake would make them."""

from dataclasses import replace

from orders.register.register import Register


def without(register: Register, supplier: str) -> Register:
    """The register without a supplier and all that hangs on it."""
    contracts = tuple(each for each in register.contracts if each.supplier != supplier)
    ids = {each.id for each in contracts}
    lists = tuple(
        replace(each, contracts=tuple(name for name in each.contracts if name in ids))
        for each in register.price_lists
    )
    return replace(
        register,
        suppliers=tuple(each for each in register.suppliers if each.organisation_number != supplier),
        units=tuple(each for each in register.units if each.supplier != supplier),
        contracts=contracts,
        price_lists=lists,
    )


def with_other_price_lists(register: Register) -> Register:
    """The register with every price list under another id: what orders remember is not in it."""
    return replace(
        register, price_lists=tuple(replace(each, id=f"{each.id}-NY") for each in register.price_lists)
    )
