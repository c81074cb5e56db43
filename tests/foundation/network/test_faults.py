"""Every way a talk with another machine fails has one kind and one sentence: each code of each standard, in a table."""

import errno
import socket
import ssl
from http import HTTPStatus

import pytest

from foundation.network import fault_codes
from foundation.network.fault_kinds import SENTENCES, FaultKind, sentence_of
from foundation.network.faults import Fault, fault_of
from foundation.text import ENGLISH, SWEDISH

K = FaultKind

# RFC 8446, 6.2, and those of RFC 5246 that servers still send.
ALERTS = [
    "close_notify",
    "unexpected_message",
    "bad_record_mac",
    "record_overflow",
    "handshake_failure",
    "bad_certificate",
    "unsupported_certificate",
    "certificate_revoked",
    "certificate_expired",
    "certificate_unknown",
    "illegal_parameter",
    "unknown_ca",
    "access_denied",
    "decode_error",
    "decrypt_error",
    "protocol_version",
    "insufficient_security",
    "internal_error",
    "inappropriate_fallback",
    "user_canceled",
    "missing_extension",
    "unsupported_extension",
    "unrecognized_name",
    "bad_certificate_status_response",
    "unknown_psk_identity",
    "certificate_required",
    "no_application_protocol",
    "decryption_failed",
    "decompression_failure",
    "no_certificate",
    "export_restriction",
    "no_renegotiation",
]


@pytest.mark.parametrize("kind", FaultKind)
def test_every_kind_has_a_sentence_that_names_host_and_code_and_says_what_to_do(kind: FaultKind) -> None:
    told = sentence_of(kind, host="ap.example", said="CODE 7")
    for sentence in (told.in_language(SWEDISH), told.in_language(ENGLISH)):
        assert "ap.example" in sentence
        assert "CODE 7" in sentence
        # What happened, and what is to be done about it or that nothing is.
        assert sentence.count(". ") + sentence.count("; ") + sentence.count(": ") >= 1
        assert "None" not in sentence
    assert told.sv != told.en


def test_no_two_kinds_say_the_same() -> None:
    assert set(SENTENCES) == set(FaultKind)
    assert len({each.message for each in SENTENCES.values()}) == len(FaultKind)


@pytest.mark.parametrize("code", sorted(errno.errorcode), ids=lambda code: errno.errorcode[code])
def test_every_errno_has_a_kind_and_its_name(code: int) -> None:
    fault = fault_of(OSError(code, "text that is never told"), host="h")
    assert fault.kind in FaultKind
    assert fault.said == errno.errorcode[code]
    assert "never told" not in fault.sentence.sv


def test_what_networks_and_disks_do_every_day_is_never_called_other() -> None:
    daily = [
        "ECONNREFUSED",
        "ENETUNREACH",
        "EHOSTUNREACH",
        "EHOSTDOWN",
        "ENETDOWN",
        "ETIMEDOUT",
        "ECONNRESET",
        "EPIPE",
        "ECONNABORTED",
        "ENOENT",
        "EACCES",
        "EPERM",
        "ENOSPC",
        "EDQUOT",
        "EROFS",
        "ENOTDIR",
        "EISDIR",
        "EEXIST",
        "ENAMETOOLONG",
        "EIO",
        "ESTALE",
        "EMFILE",
        "ENFILE",
        "EBUSY",
        "ELOOP",
    ]
    found = {name: fault_of(OSError(getattr(errno, name), "")).kind for name in daily}
    assert K.UNCLASSIFIED not in found.values(), found


@pytest.mark.parametrize("name", [each for each in dir(socket) if each.startswith("EAI_")])
def test_every_answer_of_looking_a_name_up_has_a_kind(name: str) -> None:
    fault = fault_of(socket.gaierror(getattr(socket, name), "text"), host="nowhere.example")
    assert fault.kind in (K.NAME_UNKNOWN, K.NAMES_SILENT)
    assert fault.said.startswith("EAI_")


@pytest.mark.parametrize("status", [each for each in HTTPStatus if each >= 300], ids=str)
def test_every_status_that_is_no_success_has_a_kind(status: int) -> None:
    assert fault_codes.of_http(status) is not K.UNCLASSIFIED


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_of_tls_has_a_kind(alert: str) -> None:
    reason = f"TLSV1_ALERT_{alert.upper()}"
    # OpenSSL has its own spelling of one of them.
    reason = reason.replace("USER_CANCELED", "USER_CANCELLED")
    error = ssl.SSLError(1, f"[SSL: {reason}] text (_ssl.c:1000)")
    error.reason = reason
    fault = fault_of(error, host="ap.example")
    assert fault.kind is not K.UNCLASSIFIED
    assert fault.said == f"TLS {alert}".replace("canceled", "cancelled")
    assert reason.partition("_ALERT_")[2] in fault_codes.ALERTS, "named, not left to what is not known"


def test_what_the_other_side_says_of_our_certificate_is_ours() -> None:
    ours = {alert for alert, kind in fault_codes.ALERTS.items() if kind.name.startswith("OWN_")}
    assert ours == {
        *("CERTIFICATE_EXPIRED", "CERTIFICATE_REVOKED", "CERTIFICATE_UNKNOWN", "CERTIFICATE_REQUIRED"),
        *("BAD_CERTIFICATE", "UNSUPPORTED_CERTIFICATE", "NO_CERTIFICATE", "UNKNOWN_CA"),
        *("ACCESS_DENIED", "DECRYPT_ERROR"),
    }


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (9, K.CERTIFICATE_NOT_YET),
        (10, K.CERTIFICATE_EXPIRED),
        (18, K.CERTIFICATE_UNKNOWN),
        (19, K.CERTIFICATE_UNKNOWN),
        (20, K.CERTIFICATE_UNKNOWN),
        (62, K.CERTIFICATE_OTHER_NAME),
        (23, K.CERTIFICATE_BAD),
        (67, K.CERTIFICATE_BAD),
    ],
)
def test_what_we_find_in_a_certificate_says_what_is_wrong_with_it(number: int, kind: FaultKind) -> None:
    error = ssl.SSLCertVerificationError(1, "text")
    error.verify_code = number
    assert fault_of(error, host="ap.example") == Fault(kind, f"X509 {number}", "ap.example")


def test_the_innermost_cause_is_told_through_the_library_that_wrapped_it() -> None:
    class Wrapped(Exception):
        pass

    try:
        try:
            raise ConnectionResetError(errno.ECONNRESET, "reset by peer")
        except OSError as inner:
            raise Wrapped("https://ap.example/?token=s3cret") from inner
    except Wrapped as outer:
        fault = fault_of(outer, host="ap.example")
    assert (fault.kind, fault.said) == (K.CUT, "ECONNRESET")
    assert "s3cret" not in fault.sentence.sv


def test_what_nobody_knows_is_told_by_its_kind_alone() -> None:
    assert fault_of(RuntimeError("s3cret"), host="h") == Fault(K.UNCLASSIFIED, "RuntimeError", "h")
    assert fault_of(TimeoutError(), host="h").kind is K.TIMED_OUT
    assert fault_of(EOFError(), host="h") == Fault(K.CUT, "EOF", "h")
