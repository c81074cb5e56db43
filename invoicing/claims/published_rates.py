"""The reference rates that came with the program, as the Riksbank published them; two people enter later ones.

Source: riksbank.se, "Referensräntan (enligt räntelagen)", read in its state of the second half of 2024. What is not
here is never guessed: a half-year without a rate is asked for.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

PUBLISHED: Final[Mapping[date, Decimal]] = {
    date(2019, 1, 1): Decimal("-0.50"),
    date(2019, 7, 1): Decimal("0.00"),
    date(2020, 1, 1): Decimal("0.00"),
    date(2020, 7, 1): Decimal("0.00"),
    date(2021, 1, 1): Decimal("0.00"),
    date(2021, 7, 1): Decimal("0.00"),
    date(2022, 1, 1): Decimal("0.00"),
    date(2022, 7, 1): Decimal("0.50"),
    date(2023, 1, 1): Decimal("2.50"),
    date(2023, 7, 1): Decimal("3.50"),
    date(2024, 1, 1): Decimal("4.00"),
    date(2024, 7, 1): Decimal("4.00"),
}
"""Percent a year by the first day of the half-year."""
