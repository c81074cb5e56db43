"""A register with many suppliers more, each like one that the given register has: enough for every manner and habit.

Numbers are invented and have right check digits. Each new supplier has a contract and a unit of its own, at the
prices of the one it is like, and accounts of one kind or several, some of them ended.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from stdnum import iban, luhn

from orders.register.parties import AccountScheme, Channel, PaymentAccount, Supplier
from orders.register.register import Register

_ENDED = date(2024, 12, 31)


def with_suppliers(register: Register, *, count: int) -> Register:
    """The register with `count` suppliers more; those outside ESF areas are the ones that they are like."""
    likes = [
        contract
        for contract in register.contracts
        if not all(register.area(each).esf for each in contract.areas)
    ]
    suppliers, units, contracts = list(register.suppliers), list(register.units), list(register.contracts)
    priced = {each.id: list(each.contracts) for each in register.price_lists}
    for position in range(count):
        like = likes[position % len(likes)]
        supplier = _like(register.supplier(like.supplier), position)
        contract = replace(like, id=f"AVT-P{position:04}", supplier=supplier.organisation_number)
        unit = next(each for each in register.units if each.supplier == like.supplier)
        suppliers.append(supplier)
        contracts.append(contract)
        units.append(
            replace(
                unit,
                id=f"UV-P{position:04}",
                supplier=supplier.organisation_number,
                name=f"Enhet {position}",
                addresses=(),
            )
        )
        for price_list in register.price_lists:
            if like.id in price_list.contracts:
                priced[price_list.id].append(contract.id)
    return replace(
        register,
        suppliers=tuple(suppliers),
        units=tuple(units),
        contracts=tuple(contracts),
        price_lists=tuple(replace(each, contracts=tuple(priced[each.id])) for each in register.price_lists),
    )


def _like(supplier: Supplier, position: int) -> Supplier:
    number = _checked(f"5598{position:05}")
    on_peppol = supplier.channel is Channel.PEPPOL
    return replace(
        supplier,
        organisation_number=number,
        name=f"Leverantör {position} Exempel AB",
        vat_id=f"SE{number}01" if supplier.vat_id else None,
        participant_id=f"0007:{number}" if on_peppol else None,
        sending_endpoints=(f"0007:{_checked(f'5597{position:05}')}",) if on_peppol else (),
        payment_accounts=tuple(_accounts(position)),
        succeeds=(),
    )


def _accounts(position: int) -> Iterator[PaymentAccount]:
    giro = PaymentAccount(AccountScheme.BANKGIRO, _checked(f"5{position:05}"))
    longer = PaymentAccount(AccountScheme.BANKGIRO, _checked(f"58{position:05}"))
    plusgiro = PaymentAccount(AccountScheme.PLUSGIRO, _checked(f"4{position:05}"))
    number = f"{9020:03}{position:017}"[:20]
    bank = PaymentAccount(AccountScheme.IBAN, f"SE{iban.calc_check_digits(f'SE00{number}')}{number}")
    match position % 5:
        case 0:
            yield giro
        case 1:
            yield longer
            yield plusgiro
        case 2:
            yield bank
        case 3:
            yield plusgiro
            yield bank
        case _:
            yield PaymentAccount(giro.scheme, giro.number, valid_to=_ENDED)
            yield replace(longer, valid_from=date(2025, 1, 1))


def _checked(digits: str) -> str:
    return digits + luhn.calc_check_digit(digits)
