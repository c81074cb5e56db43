"""Which of the buyer's roles one person may have together: every pair, allowed or refused, with the reason. Pure.

Convention: the attester is the last hand on money. Whoever has it prepares nothing, approves nothing and lets nobody
in; with any other two roles somebody else still attests (ASVS V8.3: no one person ends what they began).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from accounts.identity import BUYER_SIDE, Permission
from foundation.text import NO_TEXT, Text

_P = Permission


@dataclass(frozen=True, slots=True)
class Pair:
    """Whether two roles go together: `refused` is the sentence where they do not, `why` the reason where they do."""

    why: str = ""
    refused: Text = NO_TEXT


_ANOTHER_ATTESTS: Final = Pair("another person attests, and nobody lets an attester in alone")
_AUDITED: Final = Pair(refused=Text("Den som granskar får inte också handlägga eller attestera."))


def _pair(one: Permission, other: Permission) -> frozenset[Permission]:
    return frozenset({one, other})


PAIRS: Final[Mapping[frozenset[Permission], Pair]] = {
    _pair(_P.FINANCE, _P.ATTEST): Pair(
        refused=Text("Den som förbereder betalningar får inte också attestera dem. Välj en av de två.")
    ),
    _pair(_P.OFFICER, _P.ATTEST): Pair(
        refused=Text(
            "Den som godkänner redovisningar får inte också attestera betalningar. Välj en av de två."
        )
    ),
    _pair(_P.BUYER_ADMIN, _P.ATTEST): Pair(
        refused=Text(
            "Den som administrerar behörigheter får inte också attestera betalningar. Välj en av de två."
        )
    ),
    _pair(_P.OFFICER, _P.FINANCE): _ANOTHER_ATTESTS,
    _pair(_P.OFFICER, _P.BUYER_ADMIN): _ANOTHER_ATTESTS,
    _pair(_P.FINANCE, _P.BUYER_ADMIN): _ANOTHER_ATTESTS,
    _pair(_P.OFFICER, _P.AUDIT): _AUDITED,
    _pair(_P.FINANCE, _P.AUDIT): _AUDITED,
    _pair(_P.ATTEST, _P.AUDIT): _AUDITED,
    _pair(_P.BUYER_ADMIN, _P.AUDIT): Pair("neither touches an invoice, a report or a payment"),
    _pair(_P.OFFICER, _P.PROTECTED): Pair("sees more of the same cases, and does nothing more with them"),
    _pair(_P.FINANCE, _P.PROTECTED): Pair("sees more of the same cases, and does nothing more with them"),
    _pair(_P.ATTEST, _P.PROTECTED): Pair(
        "sees more of the same cases; whoever handles one does not attest it"
    ),
    _pair(_P.BUYER_ADMIN, _P.PROTECTED): Pair("sees cases, and decides nothing about money"),
    _pair(_P.AUDIT, _P.PROTECTED): Pair("sees cases, and changes nothing"),
}
"""Every pair of the buyer's roles."""


def usable(permissions: frozenset[Permission]) -> frozenset[Permission]:
    """What of an account's roles counts: no attest where another role of it forbids that, whoever once gave both."""
    with_attest = (PAIRS[_pair(_P.ATTEST, each)] for each in permissions & BUYER_SIDE if each != _P.ATTEST)
    if _P.ATTEST in permissions and any(pair.refused for pair in with_attest):
        return permissions - {_P.ATTEST}
    return permissions


def refusals(permissions: Iterable[Permission]) -> tuple[Text, ...]:
    """Why these roles do not go together, a sentence for each pair; nothing where they do."""
    pairs = (PAIRS[frozenset(pair)] for pair in combinations(sorted(permissions), 2))
    return tuple(pair.refused for pair in pairs if pair.refused)
