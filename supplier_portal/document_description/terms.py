"""What a described element says: its business term, what it means here, and whether the buyer demands it."""

from collections.abc import Mapping
from dataclasses import dataclass

from foundation.text import Text


@dataclass(frozen=True, slots=True)
class Term:
    """One element. `number` is its business term; `demanded`: the buyer needs it although the profile does not.

    `example` is shown where the supplier's own samples do not have the element.
    """

    number: str
    meaning: Text
    demanded: bool = False
    example: str = ""


Terms = Mapping[str, Term]
"""By the element's path."""

_STREET = Text("%(whose)s: gata eller box.")
_MORE = Text("%(whose)s: andra adressraden.")
_CITY = Text("%(whose)s: ort.")
_CODE = Text("%(whose)s: postnummer.")
_COUNTRY = Text("%(whose)s: land, två bokstäver enligt ISO 3166-1.")


def address(path: str, numbers: tuple[str, str, str, str], whose: Text) -> dict[str, Term]:
    """A postal address at `path`; `numbers` of street, city, postal code and country."""
    street, city, code, country = numbers
    return {
        f"{path}/cbc:StreetName": Term(street, _STREET.with_values(whose=whose)),
        f"{path}/cbc:CityName": Term(city, _CITY.with_values(whose=whose)),
        f"{path}/cbc:PostalZone": Term(code, _CODE.with_values(whose=whose)),
        f"{path}/cac:Country/cbc:IdentificationCode": Term(country, _COUNTRY.with_values(whose=whose)),
    }


def second_line(path: str, number: str, whose: Text) -> dict[str, Term]:
    """The second line of an address."""
    return {f"{path}/cbc:AdditionalStreetName": Term(number, _MORE.with_values(whose=whose))}
