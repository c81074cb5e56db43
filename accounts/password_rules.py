"""Which passwords are refused, and what to do instead: pure.

Convention: length decides, as NIST SP 800-63B has it: at least twelve signs, any signs, no rule about mixing them,
and nothing that everybody tries or that anybody would guess about this person. The list of what everybody tries
lies beside as `passwords_common.txt`.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from accounts.passwords import LONGEST, SHORTEST
from foundation.errors import Refused
from foundation.text import Text
from orders.register.shipped_services import shipped

_FEWEST_SIGNS: Final = 5
_ORNAMENTS: Final = re.compile(r"[\W\d_]+")
_ROWS: Final = ("abcdefghijklmnopqrstuvwxyzåäö", "01234567890", "qwertyuiopåasdfghjklöäzxcvbnm")


class PasswordRefused(Refused):
    """A password that would not keep anybody out."""


def chosen_password(password: str, again: str, *, about: Iterable[str] = ()) -> str:
    """The password, where it may be one. Raises PasswordRefused.

    `about` are words that anybody would try for this person: the mail address, the company.
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
    if password in common() or len(set(password)) < _FEWEST_SIGNS:
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
    return words | _words_of_services() | {"arbetsförmedlingen", "arbetsformedlingen", "portal", "leverantör"}


@cache
def _words_of_services() -> set[str]:
    """The words of the names of the services that come with the product: the first that anybody tries."""
    return {part for name in shipped() for part in name.split("-") if len(part) >= 4}


def _is_a_row(password: str) -> bool:
    """Whether the password only runs along the alphabet, the figures or the keyboard, there or back."""
    rows = [row * 3 for row in _ROWS]
    return any(password in row or password[::-1] in row for row in rows)


@cache
def common() -> frozenset[str]:
    """What everybody tries."""
    text = Path(__file__).with_name("passwords_common.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
