"""The register of the large world that speed is measured on: 150 suppliers, 81 delivery areas, one buyer.

Names and numbers are invented; the numbers have right check digits, so that everything that reads them does its work.
"""

from decimal import Decimal

from stdnum import luhn

from orders.register.agreements import DeliveryArea, Policy
from orders.register.parties import (
    AccountScheme,
    Address,
    Buyer,
    Channel,
    Contact,
    PaymentAccount,
    Supplier,
    Vat,
    VatCategory,
)
from orders.register.register import Register

_SUPPLIERS, _AREAS = 150, 81
ADDRESS = Address("Mätgatan 1", "Exempelby", "838 00")
"""Where every party and unit of the world is."""


def supplier_numbers() -> list[str]:
    """The organisation numbers of the suppliers, in order."""
    return [_checked(f"556{position:06}") for position in range(_SUPPLIERS)]


def area_id(position: int) -> str:
    """The id of a delivery area, counted from 0."""
    return f"LO-{position:02}"


def register() -> Register:
    """The register; contracts and prices have no part in what is measured."""
    return Register(
        buyer=Buyer(
            organisation_number="2021002114",
            name="Arbetsförmedlingen",
            participant_id="0007:2021002114",
            vat_id="SE202100211401",
            address=ADDRESS,
            invoice_address=ADDRESS,
            contact=Contact("Ekonomistöd", "ekonomistod@kopare.example"),
        ),
        policy=Policy(),
        suppliers=tuple(_supplier(number) for number in supplier_numbers()),
        areas=tuple(
            DeliveryArea(area_id(position), f"Leveransområde {position}") for position in range(_AREAS)
        ),
        units=(),
        contracts=(),
        price_lists=(),
    )


def _supplier(number: str) -> Supplier:
    return Supplier(
        organisation_number=number,
        name=f"Leverantör {number[3:9]} AB",
        address=ADDRESS,
        vat=Vat(VatCategory.STANDARD, Decimal("25.00")),
        f_tax=True,
        channel=Channel.PORTAL,
        payment_accounts=(PaymentAccount(AccountScheme.BANKGIRO, _checked(f"5{number[3:9]}")),),
        vat_id=f"SE{number}01",
    )


def _checked(digits: str) -> str:
    return digits + luhn.calc_check_digit(digits)
