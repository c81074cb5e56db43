"""What may stand in a register that is read now: characters people can see, and codes of the published lists. Pure.

Convention: this judges what is read or asked for, never what is stored. Books from before it still open with the
register they have.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal

from foundation.text import Text
from orders.register import validity
from orders.register.parties import Address, PaymentAccount, Supplier
from peppol import codelists

Place = tuple[str | int, ...]

# Control characters, those without a width, private ones, unassigned ones, and ends of line and paragraph.
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
# Letters, marks and signs that Unicode draws as nothing, and the sign for a character that was lost.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u034f\u2800\u17b4\u17b5\ufffd") | {
    chr(each) for each in (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}
_SIGNS = frozenset("\N{COPYRIGHT SIGN}\N{REGISTERED SIGN}\N{TRADE MARK SIGN}\N{DEGREE SIGN}\N{NUMERO SIGN}")
_MARKS_MAX = 2

# The most characters that lists, pages and other people's systems have room for.
_LONGEST = {"name": 200, "street": 200, "additional_street": 200, "city": 100, "exemption_reason": 200}
_LONGEST_OTHERS = 500
_WITH_A_WORD = frozenset({"name", "street", "city", "exemption_reason"})

_SWEDISH_POSTAL_CODE = re.compile(r"[1-9][0-9]{2} ?[0-9]{2}", re.ASCII)
_POSTAL_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 \-]{0,15}", re.ASCII)
_SWEDISH_RATES = (Decimal(25), Decimal(12), Decimal(6))
# Codes of ISO 4217 that are metals, units of account, tests or no currency at all.
_NO_MONEY = frozenset(
    {*("XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX")}
)


def objections(value: object, place: Place = ()) -> Iterator[tuple[Place, Text]]:
    """Every place within a value of the register that no document of ours could carry, and why."""
    if is_dataclass(value) and not isinstance(value, type):
        yield from (((*place, key), sentence) for key, sentence in _of_whole(value))
        for each in fields(value):
            if not each.name.startswith("_"):
                yield from objections(getattr(value, each.name), (*place, each.name))
    elif isinstance(value, tuple):
        for position, each in enumerate(value):
            yield from objections(each, (*place, position))
    elif isinstance(value, str):
        yield from ((place, sentence) for sentence in _of_text(value, str(place[-1]) if place else ""))


def shared_addresses(suppliers: Iterable[Supplier]) -> Iterator[tuple[Supplier, Text]]:
    """Suppliers that would be sent another one's orders: a receiving address is one supplier's, or its successor's."""
    first: dict[str, Supplier] = {}
    for each in suppliers:
        if each.participant_id is None:
            continue
        other = first.setdefault(each.participant_id, each)
        related = {each.organisation_number, *(taken.supplier for taken in each.succeeds)} & {
            other.organisation_number,
            *(taken.supplier for taken in other.succeeds),
        }
        if other is not each and not related:
            yield (
                each,
                Text(
                    "En annan leverantör har samma Peppol-adress och skulle få orderna. Skriv leverantörens egen."
                ),
            )


def _of_whole(value: object) -> Iterator[tuple[str, Text]]:
    """What is wrong with values taken together: a key, and why."""
    if isinstance(value, Address):
        form = _SWEDISH_POSTAL_CODE if value.country == "SE" else _POSTAL_CODE
        if not form.fullmatch(value.postal_code):
            yield (
                "postal_code",
                Text("Postnumret har fel form. Ett svenskt skrivs med fem siffror, till exempel 903 26."),
            )
    elif isinstance(value, Supplier):
        vats = value.vat if isinstance(value.vat, tuple) else (value.vat,)
        swedish = (value.vat_id or "").startswith("SE")
        if swedish and any(each.percent and each.percent not in _SWEDISH_RATES for each in vats):
            yield "vat", Text("Momssatsen finns inte i Sverige. Skriv 25, 12 eller 6.")
        yield from (("payment_accounts", sentence) for sentence in _doubled(value.payment_accounts))


def _doubled(accounts: tuple[PaymentAccount, ...]) -> Iterator[Text]:
    for place, one in enumerate(accounts):
        for other in accounts[place + 1 :]:
            if one.is_same_as(other.scheme, other.number) and validity.overlap(
                (one.valid_from, one.valid_to), (other.valid_from, other.valid_to)
            ):
                yield Text("Samma konto står två gånger för samma dagar. Behåll ett.")


def _of_text(text: str, key: str) -> Iterator[Text]:
    # The character is named by its number: it cannot be seen, and nothing else of the text is repeated.
    unseen = sorted(
        {f"U+{ord(each):04X}" for each in text if unicodedata.category(each) in _UNSEEN or each in _BLANK}
    )
    if unseen:
        yield Text(
            "%(key)s har tecken som inte syns (%(unseen)s). Skriv om texten utan dem.",
            key=key,
            unseen=", ".join(unseen),
        )
    longest = _LONGEST.get(key, _LONGEST_OTHERS)
    if len(text) > longest:
        yield Text("%(key)s får ha högst %(longest)s tecken. Korta texten.", key=key, longest=longest)
    if text != text.strip():
        yield Text("%(key)s börjar eller slutar med mellanslag. Ta bort dem.", key=key)
    # A postal code has a form of its own, which says the same.
    if key != "postal_code" and (any(map(_is_picture, text)) or _piled(text)):
        yield Text(
            "%(key)s har tecken som inte hör hemma i en text (bilder eller staplade accenter).", key=key
        )
    if key in _WITH_A_WORD and text and not any(each.isalnum() for each in text):
        yield Text("%(key)s har varken bokstav eller siffra. Skriv det som ska stå där.", key=key)
    if key == "currency" and text in _NO_MONEY:
        yield Text("Koden är ingen valuta som kan betalas ut. Skriv valutans kod, till exempel SEK.")
    if key == "country" and text not in codelists.ISO3166:
        yield Text("Landet finns inte i ISO 3166. Skriv landets kod, till exempel SE.")
    if key == "currency" and text not in codelists.ISO4217:
        yield Text("Valutan finns inte i ISO 4217. Skriv valutans kod, till exempel SEK.")
    if key == "exemption_code" and text and text.upper() not in codelists.VATEX:
        yield Text(
            "Koden för undantag från moms (exemption_code) finns inte i VATEX-listan. Skriv en som gör det, "
            "eller bara ett skäl (exemption_reason)."
        )


def _piled(text: str) -> bool:
    """Whether more accents stand on one letter than any language writes."""
    marks = 0
    for each in text:
        marks = marks + 1 if unicodedata.combining(each) else 0
        if marks > _MARKS_MAX:
            return True
    return False


def _is_picture(each: str) -> bool:
    return unicodedata.category(each) == "So" and each not in _SIGNS and each not in _BLANK
