"""What the buyer has set for the compensation of VAT: a section of the accounting rules' file. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from bookkeeping.rule_reading import RulesRefused, check_known
from foundation.text import Text

SECTION: Final = "vat_compensation"
_ACCOUNT: Final = re.compile(r"\d{4,8}")
_REASON_MAX: Final = 200
_LEAST_MAX: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class CompensationRules:
    """How a month's input VAT is requisitioned.

    `least` is the amount from which a month is requisitioned by itself; below it one may wait (ESV's guide to VAT,
    section 1.9: 5,000 kronor). `left_out` holds the accounts whose VAT gives no compensation (förordning 2002:831,
    4 §: representation and the like), each with its reason.
    """

    least: Decimal = Decimal("5000.00")
    left_out: Mapping[str, str] = field(default_factory=dict)


def read_compensation(given: object, *, vat_accounts: Collection[str]) -> CompensationRules:
    """The section as it stands in the file, and what holds where nothing is set. Raises RulesRefused.

    `vat_accounts` are those that the same rules code VAT on: no other can be left out.

    >>> read_compensation({"left_out": {"1547": "Representation"}}, vat_accounts=["1546", "1547"]).left_out
    {'1547': 'Representation'}
    """
    if given is None:
        return CompensationRules()
    if not isinstance(given, dict):
        raise RulesRefused(Text("[vat_compensation] är en tabell, med least och left_out."))
    check_known(f"[{SECTION}]", given, ("least", "left_out"))
    least = given.get("least", 5000)
    if type(least) is not int or not 0 <= least <= _LEAST_MAX:
        raise RulesRefused(Text("[vat_compensation] least ska vara hela kronor, från 0 till 1000000."))
    left_out = _left_out(given.get("left_out", {}))
    if strange := sorted(set(left_out) - set(vat_accounts)):
        raise RulesRefused(
            Text(
                "[vat_compensation.left_out]: ingen moms konteras på %(accounts)s. Skriv först en regel med "
                'row = "vat" som säger kontot.',
                accounts=", ".join(strange),
            )
        )
    return CompensationRules(Decimal(least).quantize(Decimal("0.01")), left_out)


def _left_out(given: object) -> dict[str, str]:
    if not isinstance(given, dict):
        raise RulesRefused(_WRONG_LEFT_OUT)
    for account, reason in given.items():
        written = isinstance(reason, str) and 0 < len(reason.strip()) <= _REASON_MAX
        if not _ACCOUNT.fullmatch(account) or not written:
            raise RulesRefused(_WRONG_LEFT_OUT)
    return {account: reason.strip() for account, reason in given.items()}


_WRONG_LEFT_OUT: Final = Text(
    '[vat_compensation.left_out]: skriv varje konto med sitt skäl, som "1547" = "Representation".'
)
