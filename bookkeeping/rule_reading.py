"""What the readers of the accounting rules share: the refusal, and the check that every name in a table is known."""

from collections.abc import Mapping, Sequence
from typing import Any

from foundation.errors import Refused
from foundation.text import Text


class RulesRefused(Refused):
    """The accounting rules cannot be used as they are written."""


def check_known(where: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
    """Raise RulesRefused for a name that may not stand in the table, with those that may."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise RulesRefused(
            Text(
                "%(where)s: %(unknown)s finns inte. Här får stå %(known)s.",
                where=where or Text("Filen"),
                unknown=", ".join(unknown),
                known=", ".join(known),
            )
        )
