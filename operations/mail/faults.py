"""Why a mail did not leave: whose fault it is, whether it may be tried again, and what a person is told. Pure.

Convention: a fault keeps its kind and the other side's codes (RFC 5321's three digits, RFC 3463's three numbers), never
the other side's words, which may name whom the mail is for. What is ours or the server's as a whole costs no mail an
attempt: all wait. What is about one receiver or one mail is that mail's alone.
"""

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from foundation.text import Text
from operations.mail.addresses import AddressUnusable

_ENHANCED: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_ABOUT_SENDER: Final = ("5.1.7", "5.1.8", "4.1.7", "4.1.8")
"""Enhanced codes that speak of the sender, whichever command they answer: some servers say so at the receiver."""


_FORBIDDEN: Final = "5.7."
"""Not allowed (RFC 3463): by the receiver, or by a server that does not know us and would say so of everybody."""

_HANGS_UP: Final = 421
"""The server closes the connection with it, whichever command it answers."""

_TOO_LARGE: Final = 552
"""The mail is larger than the server takes, which it says as soon as it is told the size, at the sender (RFC 1870)."""


class MailFaultKind(StrEnum):
    """What went wrong, and so what is done about it."""

    HOST_UNKNOWN = "HOST_UNKNOWN"
    NOT_ANSWERING = "NOT_ANSWERING"
    CUT_OFF = "CUT_OFF"
    GREETING_REFUSED = "GREETING_REFUSED"
    TLS_MISSING = "TLS_MISSING"
    TLS_FAILED = "TLS_FAILED"
    NOT_TRUSTED = "NOT_TRUSTED"
    SIGN_IN_MISSING = "SIGN_IN_MISSING"
    SIGN_IN_REFUSED = "SIGN_IN_REFUSED"
    SENDER_REFUSED = "SENDER_REFUSED"
    BUSY = "BUSY"
    RECEIVER_LATER = "RECEIVER_LATER"
    RECEIVER_FORBIDDEN = "RECEIVER_FORBIDDEN"
    RECEIVER_REFUSED = "RECEIVER_REFUSED"
    CONTENT_LATER = "CONTENT_LATER"
    CONTENT_REFUSED = "CONTENT_REFUSED"
    LETTERS_NOT_TAKEN = "LETTERS_NOT_TAKEN"
    ADDRESS_UNUSABLE = "ADDRESS_UNUSABLE"
    FOLDER = "FOLDER"


_TOLD: Final[dict[MailFaultKind, Text]] = {
    MailFaultKind.HOST_UNKNOWN: Text(
        "Mejlserverns namn finns inte i namntjänsten. Kontrollera BILLING_SMTP_HOST. Mejlen väntar."
    ),
    MailFaultKind.NOT_ANSWERING: Text(
        "Mejlservern svarar inte. Kontrollera BILLING_SMTP_HOST, BILLING_SMTP_PORT och att servern är igång. "
        "Mejlen väntar."
    ),
    MailFaultKind.CUT_OFF: Text("Mejlservern bröt förbindelsen. Mejlen väntar och skickas när den svarar."),
    MailFaultKind.GREETING_REFUSED: Text(
        "Mejlservern vill inte tala med oss (%(code)s). Fråga den som sköter mejlservern. Mejlen väntar."
    ),
    MailFaultKind.TLS_MISSING: Text(
        "Mejlservern erbjuder inte STARTTLS. Använd BILLING_SMTP_ENCRYPTION=tls om den krypterar från början, oftast "
        "på port 465. Mejlen väntar."
    ),
    MailFaultKind.TLS_FAILED: Text(
        "Mejlservern och vi kom inte överens om krypteringen. Kontrollera BILLING_SMTP_ENCRYPTION (starttls på port "
        "587, tls på port 465). Mejlen väntar."
    ),
    MailFaultKind.NOT_TRUSTED: Text(
        "Mejlserverns certifikat går inte att lita på: det är utgånget, gäller ett annat namn eller är utställt av "
        "någon okänd. Ange en egen utfärdare i BILLING_SMTP_CA_FILE. Mejlen väntar."
    ),
    MailFaultKind.SIGN_IN_MISSING: Text(
        "Mejlservern erbjuder inget sätt att logga in som vi kan (PLAIN, LOGIN eller CRAM-MD5). Ta bort "
        "BILLING_SMTP_USER om ingen inloggning behövs. Mejlen väntar."
    ),
    MailFaultKind.SIGN_IN_REFUSED: Text(
        "Mejlservern tar inte emot vår inloggning (%(code)s). Kontrollera BILLING_SMTP_USER och "
        "BILLING_SMTP_PASSWORD. Mejlen väntar."
    ),
    MailFaultKind.SENDER_REFUSED: Text(
        "Mejlservern tar inte emot mejl från vår adress (%(code)s). Kontrollera BILLING_MAIL_FROM, och om servern "
        "kräver inloggning. Mejlen väntar."
    ),
    MailFaultKind.BUSY: Text("Mejlservern ber oss vänta (%(code)s). Mejlen väntar och skickas senare."),
    MailFaultKind.RECEIVER_LATER: Text(
        "Mottagarens brevlåda kan inte ta emot just nu (%(code)s). Vi försöker igen."
    ),
    MailFaultKind.RECEIVER_FORBIDDEN: Text(
        "Mejlservern får inte skicka till mottagaren för oss (%(code)s). Gäller det alla mejl: kontrollera "
        "BILLING_SMTP_USER, och att servern släpper igenom oss. Vi försöker igen."
    ),
    MailFaultKind.RECEIVER_REFUSED: Text(
        "Mottagaren finns inte eller tar inte emot mejlet (%(code)s). Rätta adressen under Personer."
    ),
    MailFaultKind.CONTENT_LATER: Text(
        "Mejlservern kan inte ta emot mejlet just nu (%(code)s). Vi försöker igen."
    ),
    MailFaultKind.CONTENT_REFUSED: Text(
        "Mejlservern tar inte emot mejlets innehåll (%(code)s). Fråga den som sköter mejlservern."
    ),
    MailFaultKind.LETTERS_NOT_TAKEN: Text(
        "Mejlservern kan inte skicka till adresser med å, ä eller ö före @ (SMTPUTF8). Skriv en annan adress under "
        "Personer."
    ),
    MailFaultKind.ADDRESS_UNUSABLE: Text("Adressen går inte att skicka till. Rätta den under Personer."),
    MailFaultKind.FOLDER: Text(
        "Mappen för mejl går inte att skriva i. Kontrollera BILLING_MAIL_FOLDER och disken. Mejlen väntar."
    ),
}
"""What a person is told of each; a new kind is a new row here."""

OF_ONE_MAIL: Final = frozenset(
    {
        MailFaultKind.RECEIVER_LATER,
        MailFaultKind.RECEIVER_FORBIDDEN,
        MailFaultKind.RECEIVER_REFUSED,
        MailFaultKind.CONTENT_LATER,
        MailFaultKind.CONTENT_REFUSED,
        MailFaultKind.LETTERS_NOT_TAKEN,
        MailFaultKind.ADDRESS_UNUSABLE,
    }
)
"""What is about one mail: the others go. Everything else is ours or the server's, and ends the round."""

COSTS_AN_ATTEMPT: Final = OF_ONE_MAIL | {MailFaultKind.CUT_OFF, MailFaultKind.NOT_ANSWERING}
"""What counts against the mail that was being handed over: one that fells every connection does not go on for ever."""

FINAL: Final = frozenset(
    {
        MailFaultKind.RECEIVER_REFUSED,
        MailFaultKind.CONTENT_REFUSED,
        MailFaultKind.LETTERS_NOT_TAKEN,
        MailFaultKind.ADDRESS_UNUSABLE,
    }
)
"""What is not tried again until a person says so."""


@dataclass(frozen=True, slots=True)
class MailFault:
    """Why a mail did not leave: the kind, and what the other side answered, 0 and nothing where it did not."""

    kind: MailFaultKind
    code: int = 0
    enhanced: str = ""

    @property
    def told(self) -> Text:
        """What it means, and what to do."""
        return _TOLD[self.kind].with_values(code=self.codes)

    @property
    def codes(self) -> str:
        """What the other side answered, as a sentence shows it."""
        return " ".join(self._codes) or "-"

    def __str__(self) -> str:
        return " ".join((self.kind, *self._codes))

    @property
    def _codes(self) -> list[str]:
        return [str(each) for each in (self.code, self.enhanced) if each]


class ServerRefused(Exception):
    """The mail server lacks what we need before any mail can be handed over; `fault` says what."""

    def __init__(self, fault: MailFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def of(error: Exception) -> MailFault:
    """What an error of handing over a mail, or of reaching the server, means.

    >>> str(of(smtplib.SMTPDataError(451, b"4.7.1 greylisted")))
    'CONTENT_LATER 451 4.7.1'
    """
    match error:
        case ServerRefused():
            return error.fault
        case AddressUnusable():
            return MailFault(MailFaultKind.ADDRESS_UNUSABLE)
        case smtplib.SMTPRecipientsRefused():
            return _of_receivers(error)
        case smtplib.SMTPAuthenticationError():
            kind = MailFaultKind.SIGN_IN_REFUSED if _is_no(error.smtp_code) else MailFaultKind.BUSY
            return _coded(kind, error.smtp_code, error.smtp_error)
        case smtplib.SMTPSenderRefused() if error.smtp_code == _TOO_LARGE:
            return _coded(MailFaultKind.CONTENT_REFUSED, error.smtp_code, error.smtp_error)
        case smtplib.SMTPSenderRefused():
            kind = MailFaultKind.SENDER_REFUSED if _is_no(error.smtp_code) else MailFaultKind.BUSY
            return _coded(kind, error.smtp_code, error.smtp_error)
        case smtplib.SMTPDataError():
            kind = MailFaultKind.CONTENT_REFUSED if _is_no(error.smtp_code) else MailFaultKind.CONTENT_LATER
            return _coded(kind, error.smtp_code, error.smtp_error)
        case smtplib.SMTPResponseException():  # at the greeting, EHLO or STARTTLS
            kind = MailFaultKind.GREETING_REFUSED if _is_no(error.smtp_code) else MailFaultKind.BUSY
            return _coded(kind, error.smtp_code, error.smtp_error)
        case smtplib.SMTPNotSupportedError():
            return MailFault(MailFaultKind.LETTERS_NOT_TAKEN)
        case ssl.SSLCertVerificationError():
            return MailFault(MailFaultKind.NOT_TRUSTED)
        case ssl.SSLError():
            return MailFault(MailFaultKind.TLS_FAILED)
        case socket.gaierror():
            return MailFault(MailFaultKind.HOST_UNKNOWN)
        case smtplib.SMTPServerDisconnected() | ConnectionResetError() | BrokenPipeError():
            return MailFault(MailFaultKind.CUT_OFF)
        case _:
            return MailFault(MailFaultKind.NOT_ANSWERING)


def _of_receivers(error: smtplib.SMTPRecipientsRefused) -> MailFault:
    """One mail has one receiver; of several, one that may be tried again is enough to try."""
    answers = sorted(error.recipients.values(), key=lambda answer: _is_no(answer[0]))
    code, words = answers[0]
    fault = _coded(
        MailFaultKind.RECEIVER_REFUSED if _is_no(code) else MailFaultKind.RECEIVER_LATER, code, words
    )
    if code == _HANGS_UP:
        return replace(fault, kind=MailFaultKind.BUSY)
    if fault.enhanced in _ABOUT_SENDER:
        return replace(fault, kind=MailFaultKind.SENDER_REFUSED if _is_no(code) else MailFaultKind.BUSY)
    if fault.enhanced.startswith(_FORBIDDEN):
        return replace(fault, kind=MailFaultKind.RECEIVER_FORBIDDEN)
    return fault


def _coded(kind: MailFaultKind, code: int, words: bytes | str) -> MailFault:
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    found = _ENHANCED.search(text)
    return MailFault(kind, code, found[1] if found else "")


def _is_no(code: int) -> bool:
    """Whether the answer is for good (5xx), and not for now (4xx)."""
    return 500 <= code < 600
