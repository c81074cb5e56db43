"""The register as a sandbox has it: the buyer, its services, and of the suppliers the one that tries. Pure."""

from dataclasses import replace

from orders.register.register import Register
from orders.register.report_approval import ReportApproval


def narrowed(register: Register, supplier: str) -> Register:
    """The register with this supplier alone, and what is agreed with it.

    No other's accounts, prices or people come into a sandbox. A report with nothing odd about it is approved by itself
    there, since nobody sits in it. Raises NotInRegister.
    """
    contracts = [each for each in register.contracts if each.supplier == supplier]
    known = {each.id for each in contracts}
    price_lists = [
        replace(each, contracts=tuple(contract for contract in each.contracts if contract in known))
        for each in register.price_lists
        if known.intersection(each.contracts)
    ]
    return replace(
        register,
        policy=replace(register.policy, report_approval=ReportApproval.WHEN_NOTHING_IS_ODD),
        suppliers=(replace(register.supplier(supplier), succeeds=()),),
        units=tuple(each for each in register.units if each.supplier == supplier),
        contracts=tuple(contracts),
        price_lists=tuple(price_lists),
    )
