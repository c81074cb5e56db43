"""What an access point's error means to a person, and whose it is: every code, with its sentence and its owner.

Convention: a code is a kind of fault of the network (`foundation.network`) or one of the codes here; the two tables
together are total, and a test holds them to every code that is raised. Whose a fault is decides whether a message loses
an attempt by it (docs/decisions/0104-whose-fault-it-is.md): only what may be due to the message, to its receiver, or to
an access point that does answer others counts.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from foundation.network.fault_kinds import FaultKind
from foundation.network.fault_kinds import sentence_of as network_sentence
from foundation.text import Text, WrittenText


class Whose(StrEnum):
    """Who has to mend a fault."""

    OURS = "OURS"  # a setting, a key, a certificate or a disk of ours: no message is to blame
    ACCESS_POINT = "ACCESS_POINT"  # the access point or the way to it; may pass by itself
    RECEIVER = "RECEIVER"  # one receiver's access point
    MESSAGE = "MESSAGE"  # the message itself, or one thing that has come


OWN_CERTIFICATE: Final = "OWN_CERTIFICATE"
"""The code of what the receiver's access point, or ours, says against our access point's certificate."""

_W = Whose
_CODES: Final[Mapping[str, tuple[Whose, Text]]] = {
    "FAILED": (
        _W.ACCESS_POINT,
        Text("%(host)s kunde inte göra det (%(said)s). Nästa försök görs av sig självt."),
    ),
    "UNREACHABLE": (
        _W.ACCESS_POINT,
        Text("%(host)s går inte att nå (%(said)s). Nästa försök görs av sig självt."),
    ),
    "UNCLEAR": (
        _W.ACCESS_POINT,
        Text(
            "Svaret från %(host)s kom aldrig fram (%(said)s): meddelandet kan vara mottaget. Vi frågar, eller lämnar "
            "samma meddelande igen."
        ),
    ),
    "NO_REPORT": (
        _W.ACCESS_POINT,
        Text(
            "%(host)s svarade utan rapport om sändningen (%(said)s). Kontrollera adressen och "
            "BILLING_ACCESS_POINT_KIND."
        ),
    ),
    "ANOTHER_LETTER": (
        _W.ACCESS_POINT,
        Text("%(host)s svarade om ett annat meddelande (%(said)s). Fråga den som sköter accesspunkten."),
    ),
    "PEER_ERROR": (
        _W.RECEIVER,
        Text(
            "Vår accesspunkt nådde inte mottagarens (%(said)s). Det försöks igen; de andra mottagarnas meddelanden "
            "går som vanligt."
        ),
    ),
    "NOT_SENT": (
        _W.RECEIVER,
        Text("Vår accesspunkt fick inte iväg meddelandet (%(said)s). Det försöks igen."),
    ),
    OWN_CERTIFICATE: (
        _W.OURS,
        Text(
            "Mottagarens accesspunkt godtar inte vår accesspunkts certifikat (%(said)s). Be operatören kontrollera att "
            "det inte har gått ut. Meddelandena väntar och går av sig själva sedan."
        ),
    ),
    "REJECTED": (_W.MESSAGE, Text("Meddelandet är avvisat (%(said)s). Läs skälet, rätta och skicka igen.")),
    "NOT_SERVICED": (
        _W.RECEIVER,
        Text(
            "Mottagarens accesspunkt tar inte emot för den adressen (%(said)s). Kontrollera leverantörens adress."
        ),
    ),
    "UNREADABLE": (
        _W.MESSAGE,
        Text("Accesspunkten kan inte läsa meddelandet (%(said)s). Felet är vårt: anmäl det."),
    ),
    "ADDRESS": (
        _W.MESSAGE,
        Text(
            "Meddelandet har ingen giltig adress på nätet (%(said)s). Rätta leverantörens adress i registret."
        ),
    ),
    "GONE": (_W.MESSAGE, Text("Meddelandet ligger inte kvar hos %(host)s: någon har hämtat det.")),
    "TOO_LARGE": (
        _W.MESSAGE,
        Text(
            "Det är större än vi hämtar (%(said)s). Det ligger helt kvar hos %(host)s: be avsändaren om ett mindre, "
            "och flytta det därifrån."
        ),
    ),
    "NO_INSTANCE_ID": (
        _W.MESSAGE,
        Text(
            "Ett meddelande hos %(host)s har ingen användbar instansidentitet (%(said)s) och kan inte hämtas. Be "
            "operatören lämna det på annat sätt."
        ),
    ),
    "HELD_TWICE": (
        _W.MESSAGE,
        Text(
            "Meddelandet ligger två gånger hos %(host)s, som då inte lämnar ut något av dem. Hämta det där det "
            "ligger på disk, och be operatören avvisa dubbletter (duplicate.detection.sbdh.mode=reject)."
        ),
    ),
    "ROOT_READ_ONLY": (
        _W.OURS,
        Text(
            "Kontot får inte skriva i sin rot hos %(host)s (%(said)s), och layouten operator byter namn på filer medan "
            "de läses. Be operatören om skrivrätt där, eller välj layouten plain."
        ),
    ),
    "CHANGED": (
        _W.MESSAGE,
        Text(
            "Filen hos %(host)s blev en annan medan den lästes (%(said)s). Den läses igen vid nästa hämtning."
        ),
    ),
}

_F = FaultKind
_WHOSE: Final[Mapping[FaultKind, Whose]] = {
    **dict.fromkeys(
        (
            _F.NAME_UNKNOWN,
            _F.PROXY,
            _F.PROXY_DENIED,
            _F.CERTIFICATE_EXPIRED,
            _F.CERTIFICATE_NOT_YET,
            _F.CERTIFICATE_UNKNOWN,
            _F.CERTIFICATE_OTHER_NAME,
            _F.CERTIFICATE_BAD,
            _F.OWN_CERTIFICATE_EXPIRED,
            _F.OWN_CERTIFICATE_REFUSED,
            _F.OWN_CERTIFICATE_MISSING,
            _F.NO_COMMON_TLS,
            _F.NOT_TLS,
            _F.HOST_KEY,
            _F.HOST_KEY_KIND,
            _F.NO_COMMON_KEY_EXCHANGE,
            _F.NO_COMMON_CIPHER,
            _F.NO_COMMON_MAC,
            _F.NO_COMMON_COMPRESSION,
            _F.SSH_VERSION,
            _F.SIGN_IN_METHOD,
            _F.SIGN_IN_MORE,
            _F.KEY_REFUSED,
            _F.PASSWORD_REFUSED,
            _F.NO_SFTP,
            _F.DENIED,
            _F.REDIRECTED,
            _F.FOLDER_MISSING,
            _F.MAY_NOT,
            _F.FULL,
            _F.READ_ONLY,
            _F.NOT_A_FOLDER,
            _F.DISK,
            _F.TOO_MANY_OPEN,
        ),
        Whose.OURS,
    ),
    **dict.fromkeys(
        (
            _F.NAMES_SILENT,
            _F.NOTHING_LISTENS,
            _F.NO_WAY,
            _F.NOT_SSH,
            _F.TIMED_OUT,
            _F.CUT,
            _F.TLS_BROKEN,
            _F.SSH_BROKEN,
            _F.WRONG_ADDRESS,
            _F.NOT_NOW,
            _F.THEIR_FAULT,
            _F.NOT_UNDERSTOOD,
            _F.BUSY,
            _F.SERVER_FAILED,
            _F.UNCLASSIFIED,
        ),
        Whose.ACCESS_POINT,
    ),
    **dict.fromkeys(
        (
            _F.REFUSED_AS_ASKED,
            _F.NOT_FOUND,
            _F.IN_THE_WAY,
            _F.NAME_REFUSED,
        ),
        Whose.MESSAGE,
    ),
}
_NEVER_A_MESSAGE: Final = frozenset((_F.NAMES_SILENT, _F.NOTHING_LISTENS, _F.NO_WAY, _F.NOT_SSH))
ALL_CODES: Final = frozenset((*_CODES, *(each.value for each in FaultKind)))
"""Every code an access point's error may have."""


def whose(code: str) -> Whose:
    """Who has to mend what has this code.

    >>> whose("OWN_CERTIFICATE_EXPIRED").value, whose("CUT").value, whose("NOT_SERVICED").value
    ('OURS', 'ACCESS_POINT', 'RECEIVER')
    """
    return _CODES[code][0] if code in _CODES else _WHOSE[FaultKind(code)]


def may_be_the_message(code: str) -> bool:
    """Whether an attempt that ends so counts: not where whoever the message is for and whatever it says had no part.

    >>> may_be_the_message("CUT"), may_be_the_message("NOTHING_LISTENS"), may_be_the_message("DENIED")
    (True, False, False)
    """
    return code not in _NEVER_A_MESSAGE and whose(code) is not Whose.OURS


def sentence_of(code: str, *, host: str, words: str) -> Text:
    """What happened and what to do. A code that no table has is told as `FAILED`: rows of old may have it."""
    if code in _CODES:
        return _CODES[code][1].with_values(host=host or "-", said=words or code)
    if code in ALL_CODES:
        return network_sentence(FaultKind(code), host=host, said=words)
    return _CODES["FAILED"][1].with_values(host=host or "-", said=words or code)


def sentence_of_answer(code: str, *, host: str, answer: str) -> Text:
    """The sentence of an error from how a row keeps it: its code, where, and the error as text."""
    if not code:
        return WrittenText(answer)
    return sentence_of(code, host=host, words=answer.removeprefix(code).removeprefix(": "))
