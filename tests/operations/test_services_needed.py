"""A service that placements are in cannot be left out of the register, nor a contract be given to another service."""

from dataclasses import replace
from datetime import date

from foundation.periods import Period
from operations import register_loading
from orders.register.pricing import PriceList
from orders.register.register import Register
from tests.support.stories.system import System, a_system
from tests.support.stories.two_services import GUIDANCE_CONTRACT, two_services

TODAY = date(2026, 3, 1)


def lacks(system: System, read: Register) -> list[str]:
    with system.database.reading() as session:
        return [each.en for each in register_loading.check(session, read, today=TODAY).lacking]


def test_a_service_with_placements_stays(database_url: str) -> None:
    with a_system(database_url, register=two_services()) as system:
        system.decide("100000101")
        guidance_only = replace(
            two_services(),
            named_services=tuple(each for each in two_services().services if each.id == "karriarvagledning"),
            contracts=tuple(each for each in two_services().contracts if each.service == "karriarvagledning"),
            price_lists=tuple(
                each for each in two_services().price_lists if each.service.id == "karriarvagledning"
            ),
        )
        (first, *_) = lacks(system, guidance_only)
        assert first == (
            "services rusta-och-matcha is not in the files. It is needed by 1 placements, first 100000101. "
            "Keep the service, and write a new contract for another service."
        )


def test_a_contract_with_placements_stays_with_its_service(database_url: str) -> None:
    with a_system(database_url, register=two_services()) as system:
        system.decide("100000101")
        register = two_services()
        before = register.contract("AVT-1001")
        moved = replace(before, service="karriarvagledning", valid=Period(date(2026, 1, 1), before.valid.end))
        others = tuple(each for each in register.contracts if each.id != moved.id)
        prices = tuple(of_other_service(each, moved.id) for each in register.price_lists)
        sentences = lacks(system, replace(register, contracts=(*others, moved), price_lists=prices))
        assert any(
            each.startswith("Contract AVT-1001 is in the files for the service karriarvagledning instead of")
            for each in sentences
        )


def of_other_service(prices: PriceList, contract: str) -> PriceList:
    """The price list with the contract among its own where it is Karriärvägledning's, and without it elsewhere."""
    others = tuple(each for each in prices.contracts if each != contract)
    return replace(prices, contracts=(*others, contract) if GUIDANCE_CONTRACT in others else others)
