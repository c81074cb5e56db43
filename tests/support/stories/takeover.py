"""One supplier takes over another, as a register says it."""

from dataclasses import replace
from datetime import date

from orders.register.parties import Succession
from orders.register.register import Register
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, example_register

TAKEN_OVER = date(2026, 3, 1)


def taken_over(day: date = TAKEN_OVER, *, old: str = FYRBAKEN, new: str = LARKDRILLEN) -> Register:
    """The example's register, where Lärkdrillen succeeds Fyrbåken from a day on."""
    register = example_register()
    return replace(
        register,
        suppliers=tuple(
            replace(each, succeeds=(Succession(old, day),)) if each.organisation_number == new else each
            for each in register.suppliers
        ),
    )
