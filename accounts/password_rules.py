"""Which passwords are refused, and what to do instead: pure.

Convention: length decides, as NIST SP 800-63B and OWASP ASVS 5.0 (V6.2) have it: at least twelve signs, any signs, no
rule about mixing them, and nothing that everybody tries or that anybody would guess about this person. Two lists lie
beside: `passwords_leaked.txt`, the commonest that are long enough here (V6.2.4), and `passwords_common.txt`, what
figures and signs are only hung on. The words of this system (V6.1.2, V6.2.11) stand in `context_words`.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from accounts.passwords import LONGEST, SHORTEST
from foundation.errors import Refused
from foundation.product import PRODUCT
from foundation.text import Text
from orders.register.shipped_services import shipped

_FEWEST_SIGNS: Final = 5
_ORNAMENTS: Final = re.compile(r"[\W\d_]+")
_TRADE: Final = frozenset(
    {
        "arbetsförmedlingen",
        "arbetsformedlingen",
        "portal",
        "portalen",
        "leverantör",
        "leverantor",
        "leverantörsportalen",
        "köpare",
        "faktura",
        "fakturor",
        "order",
        "peppol",
        "ekonomi",
        "lösenord",
        "losenord",
        "password",
        "welcome",
        "välkommen",
    }
)
_ROWS: Final = ("abcdefghijklmnopqrstuvwxyzåäö", "01234567890", "qwertyuiopåasdfghjklöäzxcvbnm")


class PasswordRefused(Refused):
    """A password that would not keep anybody out."""


def chosen_password(password: str, again: str, *, about: Iterable[str] = ()) -> str:
    """The password, where it may be one. Raises PasswordRefused.

    `about` is what anybody would try for this person: the mail address, the name, the company, the buyer.
    """
    if password != again:
        raise PasswordRefused(Text("De två lösenorden är inte lika. Skriv samma två gånger."))
    if len(password) < SHORTEST:
        raise PasswordRefused(
            Text(
                "Lösenordet är för kort: minst %(shortest)s tecken. Några ord i rad går bra.",
                shortest=SHORTEST,
            )
        )
    if len(password) > LONGEST:
        raise PasswordRefused(Text("Lösenordet är längre än %(longest)s tecken.", longest=LONGEST))
    if _is_easy(password.casefold(), [each.casefold() for each in about]):
        raise PasswordRefused(
            Text("Lösenordet är lätt att gissa. Välj något annat, till exempel fyra ord som inte hör ihop.")
        )
    return password


def _is_easy(password: str, about: list[str]) -> bool:
    if password in common() or password in leaked() or len(set(password)) < _FEWEST_SIGNS:
        return True
    bare = _ORNAMENTS.sub("", password)
    if bare in common() or _is_a_row(password):
        return True
    # What is left when the guessable words are taken away must still be something.
    left = password
    for word in sorted(_guessable(about), key=len, reverse=True):
        left = left.replace(word, "")
    return len(_ORNAMENTS.sub("", left)) < 4 and left != password


def _guessable(about: list[str]) -> set[str]:
    words = {part for text in about for part in re.split(r"[\W_]+", text) if len(part) >= 4}
    return words | context_words()


@cache
def context_words() -> frozenset[str]:
    """The words of this system, the first that anybody tries: its names, its trade, its services."""
    services = {part for name in shipped() for part in name.split("-") if len(part) >= 4}
    product = {
        part for name in (PRODUCT.sv, PRODUCT.en) for part in name.casefold().split() if len(part) >= 4
    }
    return frozenset(services | product | _TRADE)


def _is_a_row(password: str) -> bool:
    """Whether the password only runs along the alphabet, the figures or the keyboard, there or back."""
    rows = [row * 3 for row in _ROWS]
    return any(password in row or password[::-1] in row for row in rows)


@cache
def common() -> frozenset[str]:
    """What everybody tries, in lower case: whole passwords, and words that figures and signs are only hung on."""
    return _lines("passwords_common.txt")


@cache
def leaked() -> frozenset[str]:
    """The commonest passwords that have leaked and are long enough to be chosen here, in lower case."""
    return _lines("passwords_leaked.txt")


def _lines(name: str) -> frozenset[str]:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    # A password may begin with the sign of a remark; a remark has a blank after it.
    return frozenset(line for line in text.splitlines() if line and not line.startswith("# "))
