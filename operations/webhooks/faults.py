"""What kept a message from a receiver, in a word for the log of attempts and a sentence for whoever owns the system."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from foundation.network.fault_kinds import FaultKind
from foundation.text import Text


class WebhookFault(StrEnum):
    """Why there is no answer."""

    NAME_UNKNOWN = "NAME_UNKNOWN"
    INNER_ADDRESS = "INNER_ADDRESS"
    NO_CONNECTION = "NO_CONNECTION"
    CERTIFICATE = "CERTIFICATE"
    NO_TLS = "NO_TLS"
    TIMED_OUT = "TIMED_OUT"
    CUT = "CUT"
    NO_ANSWER = "NO_ANSWER"


FAULT_WORDS: Final[Mapping[WebhookFault, Text]] = {
    WebhookFault.NAME_UNKNOWN: Text(
        "Adressens namn finns inte i DNS. Kontrollera stavningen och namnservern."
    ),
    WebhookFault.INNER_ADDRESS: Text(
        "Adressens namn leder till ett privat eller lokalt nät, och dit skickas inget. Peka namnet på en publik adress."
    ),
    WebhookFault.NO_CONNECTION: Text(
        "Ingen svarar på adressen. Kontrollera att systemet är igång och brandväggen."
    ),
    WebhookFault.CERTIFICATE: Text(
        "Certifikatet godtas inte: det har gått ut, gäller ett annat namn eller har en okänd utfärdare."
    ),
    WebhookFault.NO_TLS: Text(
        "Det gick inte att kryptera förbindelsen. Systemet ska tala TLS 1.2 eller senare."
    ),
    WebhookFault.TIMED_OUT: Text(
        "Inget svar kom på tio sekunder. Svara 200 genast, och gör arbetet efteråt."
    ),
    WebhookFault.CUT: Text("Förbindelsen bröts innan svaret var framme."),
    WebhookFault.NO_ANSWER: Text("Svaret gick inte att läsa som HTTP."),
}
"""What is said of each; total."""

_K, _W = FaultKind, WebhookFault
_OF_KIND: Final[Mapping[FaultKind, WebhookFault]] = {
    **dict.fromkeys((_K.NAME_UNKNOWN, _K.NAMES_SILENT), _W.NAME_UNKNOWN),
    **dict.fromkeys((_K.NOTHING_LISTENS, _K.NO_WAY), _W.NO_CONNECTION),
    **dict.fromkeys(
        (
            *(_K.CERTIFICATE_EXPIRED, _K.CERTIFICATE_NOT_YET, _K.CERTIFICATE_UNKNOWN),
            *(_K.CERTIFICATE_OTHER_NAME, _K.CERTIFICATE_BAD),
        ),
        _W.CERTIFICATE,
    ),
    **dict.fromkeys(
        (_K.NO_COMMON_TLS, _K.NOT_TLS, _K.TLS_BROKEN, _K.OWN_CERTIFICATE_MISSING, _K.OWN_CERTIFICATE_REFUSED),
        _W.NO_TLS,
    ),
    _K.TIMED_OUT: _W.TIMED_OUT,
    _K.CUT: _W.CUT,
}


def of_kind(kind: FaultKind) -> WebhookFault:
    """What a fault of the network is here; one that is not named, no answer."""
    return _OF_KIND.get(kind, WebhookFault.NO_ANSWER)


def told(status: int | None, fault: str) -> Text:
    """What came of an attempt, in a sentence."""
    if status is None:
        return FAULT_WORDS[WebhookFault(fault)]
    if 200 <= status < 300:
        return Text("Mottaget (%(status)s).", status=status)
    if 300 <= status < 400:
        return Text(
            "Svaret leder vidare (%(status)s), och dit går vi inte. Skriv den slutliga adressen.",
            status=status,
        )
    if status in (401, 403):
        return Text(
            "Systemet släppte inte in oss (%(status)s). Det ska kontrollera signaturen och inget annat.",
            status=status,
        )
    if status == 410:
        return Text("Systemet svarade att adressen inte finns mer (410).")
    return Text("Systemet svarade %(status)s. Se dess logg.", status=status)
