"""Why a mail did not leave: every answer of a mail server with whose fault it is, and the sentence for a person."""

import smtplib
import socket
import ssl

import pytest

from foundation.text import Text
from operations.mail import faults
from operations.mail.addresses import AddressUnusable
from operations.mail.faults import MailFault, MailFaultKind, ServerRefused

CASES: dict[str, tuple[Exception, MailFaultKind]] = {
    "no such host": (socket.gaierror(-2, "Name or service not known"), MailFaultKind.HOST_UNKNOWN),
    "nobody listens": (ConnectionRefusedError(111, "refused"), MailFaultKind.NOT_ANSWERING),
    "no answer in time": (TimeoutError(), MailFaultKind.NOT_ANSWERING),
    "no way there": (OSError(113, "No route to host"), MailFaultKind.NOT_ANSWERING),
    "cut off": (smtplib.SMTPServerDisconnected("closed"), MailFaultKind.CUT_OFF),
    "reset": (ConnectionResetError(104, "reset"), MailFaultKind.CUT_OFF),
    "turned away": (smtplib.SMTPConnectError(554, b"5.7.1 no"), MailFaultKind.GREETING_REFUSED),
    "turned away for now": (smtplib.SMTPConnectError(421, b"4.3.2 busy"), MailFaultKind.BUSY),
    "our name refused": (smtplib.SMTPHeloError(501, b"bad name"), MailFaultKind.GREETING_REFUSED),
    "no STARTTLS": (ServerRefused(MailFault(MailFaultKind.TLS_MISSING)), MailFaultKind.TLS_MISSING),
    "TLS from the start": (ssl.SSLError(1, "wrong version number"), MailFaultKind.TLS_FAILED),
    "an unknown issuer": (ssl.SSLCertVerificationError(1, "self-signed"), MailFaultKind.NOT_TRUSTED),
    "no way to sign in": (
        ServerRefused(MailFault(MailFaultKind.SIGN_IN_MISSING)),
        MailFaultKind.SIGN_IN_MISSING,
    ),
    "wrong password": (smtplib.SMTPAuthenticationError(535, b"5.7.8 no"), MailFaultKind.SIGN_IN_REFUSED),
    "sign-in is down": (smtplib.SMTPAuthenticationError(454, b"4.7.0 later"), MailFaultKind.BUSY),
    "sender refused": (smtplib.SMTPSenderRefused(550, b"5.7.1 not you", "a@b"), MailFaultKind.SENDER_REFUSED),
    "sign in first": (smtplib.SMTPSenderRefused(530, b"5.7.0 sign in", "a@b"), MailFaultKind.SENDER_REFUSED),
    "sender later": (smtplib.SMTPSenderRefused(451, b"4.3.0 later", "a@b"), MailFaultKind.BUSY),
    "mailbox full": (
        smtplib.SMTPRecipientsRefused({"a": (452, b"4.2.2 full")}),
        MailFaultKind.RECEIVER_LATER,
    ),
    "grey list": (
        smtplib.SMTPRecipientsRefused({"a": (450, b"4.7.1 greylisted")}),
        MailFaultKind.RECEIVER_LATER,
    ),
    "hung up at the receiver": (
        smtplib.SMTPRecipientsRefused({"a": (421, b"4.3.2 busy")}),
        MailFaultKind.BUSY,
    ),
    "not for us": (
        smtplib.SMTPRecipientsRefused({"a": (554, b"5.7.1 relay")}),
        MailFaultKind.RECEIVER_FORBIDDEN,
    ),
    "nobody there": (
        smtplib.SMTPRecipientsRefused({"a": (550, b"5.1.1 unknown")}),
        MailFaultKind.RECEIVER_REFUSED,
    ),
    "sender told at the receiver": (
        smtplib.SMTPRecipientsRefused({"a": (554, b"5.1.8 domain of the sender not found")}),
        MailFaultKind.SENDER_REFUSED,
    ),
    "content refused": (smtplib.SMTPDataError(554, b"5.7.1 spam"), MailFaultKind.CONTENT_REFUSED),
    "too large": (smtplib.SMTPDataError(552, b"5.3.4 size"), MailFaultKind.CONTENT_REFUSED),
    "too large, told at the sender": (
        smtplib.SMTPSenderRefused(552, b"5.3.4 size", "a@b"),
        MailFaultKind.CONTENT_REFUSED,
    ),
    "sender later, told at the receiver": (
        smtplib.SMTPRecipientsRefused({"a": (451, b"4.1.8 later")}),
        MailFaultKind.BUSY,
    ),
    "content later": (smtplib.SMTPDataError(451, b"4.7.1 later"), MailFaultKind.CONTENT_LATER),
    "no letters": (smtplib.SMTPNotSupportedError("SMTPUTF8"), MailFaultKind.LETTERS_NOT_TAKEN),
    "no domain name": (AddressUnusable(Text("-")), MailFaultKind.ADDRESS_UNUSABLE),
}


@pytest.mark.parametrize("case", CASES)
def test_each_answer_is_known_for_what_it_is(case: str) -> None:
    error, kind = CASES[case]
    assert faults.of(error).kind is kind


def test_every_kind_has_a_case_and_a_sentence_of_its_own() -> None:
    assert {kind for _, kind in CASES.values()} == set(MailFaultKind) - {MailFaultKind.FOLDER}
    for language in ("sv", "en"):
        told = [MailFault(kind).told.in_language(language) for kind in MailFaultKind]
        assert len(set(told)) == len(MailFaultKind)


def test_the_codes_of_the_other_side_are_kept_and_its_words_are_not() -> None:
    error = smtplib.SMTPRecipientsRefused({"alva@b.se": (550, b"5.1.1 <alva@b.se>: unknown")})
    fault = faults.of(error)
    assert str(fault) == "RECEIVER_REFUSED 550 5.1.1"
    assert "(550 5.1.1)" in fault.told.sv
    assert "alva" not in str(fault) + fault.told.sv


def test_what_is_for_good_is_about_one_mail_alone() -> None:
    """A fault of ours or of the server never ends a mail."""
    assert faults.FINAL <= faults.OF_ONE_MAIL <= faults.COSTS_AN_ATTEMPT
