"""Which kind of fault each code of the other side is: errno, getaddrinfo, TLS, HTTP status.

Convention: every table is total over what its standard names, and what is not named there has one kind; a test walks
through all of each. Sources: POSIX errno.h, RFC 8446 section 6 (alerts), RFC 5280 as OpenSSL numbers its findings,
RFC 9110 (HTTP). What a mail server says has a table of its own (operations/mail/faults.py).
"""

import errno
import socket
from collections.abc import Mapping
from typing import Final

from foundation.network.fault_kinds import FaultKind as K

ERRNO: Final[Mapping[int, K]] = {
    errno.ECONNREFUSED: K.NOTHING_LISTENS,
    **dict.fromkeys(
        (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EHOSTDOWN, errno.ENETDOWN, errno.EADDRNOTAVAIL),
        K.NO_WAY,
    ),
    **dict.fromkeys((errno.ETIMEDOUT, errno.ETIME, errno.EAGAIN), K.TIMED_OUT),
    **dict.fromkeys(
        (
            errno.ECONNRESET,
            errno.EPIPE,
            errno.ECONNABORTED,
            errno.ENETRESET,
            errno.ENOTCONN,
            errno.ESHUTDOWN,
            errno.EBADF,
        ),
        K.CUT,
    ),
    errno.ENOENT: K.NOT_FOUND,
    **dict.fromkeys((errno.EACCES, errno.EPERM), K.MAY_NOT),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), K.FULL),
    errno.EROFS: K.READ_ONLY,
    **dict.fromkeys((errno.ENOTDIR, errno.EISDIR), K.NOT_A_FOLDER),
    **dict.fromkeys((errno.EEXIST, errno.ENOTEMPTY), K.IN_THE_WAY),
    **dict.fromkeys((errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.ELOOP), K.NAME_REFUSED),
    **dict.fromkeys((errno.EIO, errno.ESTALE, errno.ENODEV, errno.ENXIO, errno.EREMOTEIO), K.DISK),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE, errno.ENOMEM), K.TOO_MANY_OPEN),
    **dict.fromkeys((errno.EBUSY, errno.ETXTBSY, errno.EDEADLK, errno.ENOLCK), K.BUSY),
}
"""What the operating system says; what is not here is UNCLASSIFIED."""

GETADDRINFO: Final[Mapping[int, K]] = {
    getattr(socket, name): kind
    for name, kind in {
        "EAI_NONAME": K.NAME_UNKNOWN,
        "EAI_NODATA": K.NAME_UNKNOWN,
        "EAI_ADDRFAMILY": K.NAME_UNKNOWN,
        "EAI_SERVICE": K.NAME_UNKNOWN,
        "EAI_AGAIN": K.NAMES_SILENT,
        "EAI_FAIL": K.NAMES_SILENT,
        "EAI_SYSTEM": K.NAMES_SILENT,
    }.items()
    if hasattr(socket, name)
}
"""What looking a name up says; what is not here is NAMES_SILENT."""

VERIFY: Final[Mapping[int, K]] = {
    **dict.fromkeys((9, 11, 13, 15), K.CERTIFICATE_NOT_YET),
    **dict.fromkeys((10, 12, 14, 16), K.CERTIFICATE_EXPIRED),
    **dict.fromkeys((2, 18, 19, 20, 21, 24, 27, 28), K.CERTIFICATE_UNKNOWN),
    **dict.fromkeys((62, 63, 64), K.CERTIFICATE_OTHER_NAME),
}
"""What OpenSSL finds in the certificate we are shown (X509_V_ERR_*); what is not here is CERTIFICATE_BAD."""

ALERTS: Final[Mapping[str, K]] = {
    # The other side reads what we show.
    "CERTIFICATE_EXPIRED": K.OWN_CERTIFICATE_EXPIRED,
    **dict.fromkeys(
        (
            "BAD_CERTIFICATE",
            "UNSUPPORTED_CERTIFICATE",
            "CERTIFICATE_REVOKED",
            "CERTIFICATE_UNKNOWN",
            "UNKNOWN_CA",
            "ACCESS_DENIED",
            "DECRYPT_ERROR",
        ),
        K.OWN_CERTIFICATE_REFUSED,
    ),
    **dict.fromkeys(("CERTIFICATE_REQUIRED", "NO_CERTIFICATE"), K.OWN_CERTIFICATE_MISSING),
    **dict.fromkeys(
        (
            "HANDSHAKE_FAILURE",
            "PROTOCOL_VERSION",
            "INSUFFICIENT_SECURITY",
            "INAPPROPRIATE_FALLBACK",
            "MISSING_EXTENSION",
            "UNSUPPORTED_EXTENSION",
            "NO_APPLICATION_PROTOCOL",
            "EXPORT_RESTRICTION",
        ),
        K.NO_COMMON_TLS,
    ),
    "UNRECOGNIZED_NAME": K.CERTIFICATE_OTHER_NAME,
    "CLOSE_NOTIFY": K.CUT,
    **dict.fromkeys(
        (
            "UNEXPECTED_MESSAGE",
            "BAD_RECORD_MAC",
            "DECRYPTION_FAILED",
            "RECORD_OVERFLOW",
            "DECOMPRESSION_FAILURE",
            "ILLEGAL_PARAMETER",
            "DECODE_ERROR",
            "INTERNAL_ERROR",
            "USER_CANCELLED",
            "NO_RENEGOTIATION",
            "BAD_CERTIFICATE_STATUS_RESPONSE",
            "UNKNOWN_PSK_IDENTITY",
        ),
        K.TLS_BROKEN,
    ),
}
"""The alerts of TLS, by the names the standard has for them; what is not here is TLS_BROKEN."""

TLS_REASONS: Final[Mapping[str, K]] = {
    **dict.fromkeys(("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST"), K.NOT_TLS),
    **dict.fromkeys(
        (
            "UNSUPPORTED_PROTOCOL",
            "NO_PROTOCOLS_AVAILABLE",
            "NO_SHARED_CIPHER",
            "NO_SHARED_GROUPS",
            "DH_KEY_TOO_SMALL",
        ),
        K.NO_COMMON_TLS,
    ),
    **dict.fromkeys(("CA_KEY_TOO_SMALL", "EE_KEY_TOO_SMALL"), K.CERTIFICATE_BAD),
    "UNEXPECTED_EOF_WHILE_READING": K.CUT,
}
"""What OpenSSL itself stumbles over."""

_HTTP: Final[Mapping[int, K]] = {
    **dict.fromkeys((401, 403), K.DENIED),
    **dict.fromkeys((404, 405, 410), K.WRONG_ADDRESS),
    407: K.PROXY_DENIED,
    **dict.fromkeys((408, 425, 429, 503), K.NOT_NOW),
}


def of_http(status: int) -> K:
    """What an HTTP status means that is no success.

    >>> [of_http(status).value for status in (302, 401, 404, 422, 500, 503)]
    ['REDIRECTED', 'DENIED', 'WRONG_ADDRESS', 'REFUSED_AS_ASKED', 'THEIR_FAULT', 'NOT_NOW']
    """
    if status in _HTTP:
        return _HTTP[status]
    if 300 <= status < 400:
        return K.REDIRECTED
    return K.REFUSED_AS_ASKED if 400 <= status < 500 else K.THEIR_FAULT


def of_tls(reason: str) -> K:
    """What OpenSSL's reason means: an alert of the other side's, or what it stumbled over itself.

    >>> of_tls("SSLV3_ALERT_CERTIFICATE_EXPIRED").value, of_tls("WRONG_VERSION_NUMBER").value
    ('OWN_CERTIFICATE_EXPIRED', 'NOT_TLS')
    """
    _, is_alert, alert = reason.partition("_ALERT_")
    return ALERTS.get(alert, K.TLS_BROKEN) if is_alert else TLS_REASONS.get(reason, K.TLS_BROKEN)
