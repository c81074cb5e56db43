"""One installation with two services: the example register, and the contracts, prices and service of the other demo."""

from dataclasses import replace
from datetime import date
from functools import cache

from orders.register.files import read_register
from orders.register.register import Register
from tests.support.project import FIXTURES
from tests.support.stories.system import decision, example_register

GUIDANCE_CONTRACT = "KV-1001"
_OTHER = FIXTURES / "demo-karriarvagledning" / "register"


def two_services(**policy: object) -> Register:
    """The register of both services, bought of the same suppliers; with other settings where they are named."""
    return replace(_read_once(), policy=example_register(**policy).policy)


@cache
def _read_once() -> Register:
    first = FIXTURES / "demo" / "register"
    other = (_OTHER / name for name in ("services.toml", "contracts.toml", "prices-2026.toml"))
    return read_register([first, *other])


def guidance(reference: str, *, start: date, end: date, level: str = "GRUND") -> dict[str, object]:
    """What placement.decided says of a placement in Karriärvägledning."""
    return decision(reference, start=start, end=end, level=level, contract=GUIDANCE_CONTRACT)
