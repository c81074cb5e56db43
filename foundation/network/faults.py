"""What an exception of the network or of a place of files is to us: its kind, the other side's code, and a sentence.

Convention: the cause is looked for through the whole chain of exceptions, since libraries wrap it several times. The
text of an exception is never used: it may hold addresses with parameters. Nothing here knows HTTP, SSH or DNS
libraries; what they say by codes of their own, whoever uses them translates with `fault_codes`.
"""

import errno
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from foundation.network.fault_codes import ERRNO, GETADDRINFO, VERIFY, of_tls
from foundation.network.fault_kinds import FaultKind, sentence_of
from foundation.text import Text


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong at `host`, and the other side's own code for it."""

    kind: FaultKind
    said: str
    host: str = ""

    @property
    def sentence(self) -> Text:
        """What a person reads."""
        return sentence_of(self.kind, host=self.host, said=self.said)


def fault_of(error: BaseException, *, host: str = "") -> Fault:
    """What an exception means, from the innermost of its causes that says something.

    >>> fault_of(ConnectionRefusedError(111, "Connection refused"), host="ap.example")
    Fault(kind=<FaultKind.NOTHING_LISTENS: 'NOTHING_LISTENS'>, said='ECONNREFUSED', host='ap.example')
    """
    found = [fault for each in _chain(error) if (fault := _told(each, host)) is not None]
    return next((each for each in reversed(found) if each.kind is not FaultKind.UNCLASSIFIED), None) or (
        found[-1] if found else Fault(FaultKind.UNCLASSIFIED, type(error).__name__, host)
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or each.__context__


def _told(error: BaseException, host: str) -> Fault | None:
    match error:
        case ssl.SSLCertVerificationError():
            kind = VERIFY.get(error.verify_code, FaultKind.CERTIFICATE_BAD)
            return Fault(kind, f"X509 {error.verify_code}", host)
        case ssl.SSLError():
            reason = error.reason or type(error).__name__
            return Fault(of_tls(reason), f"TLS {_alert(reason)}", host)
        case socket.gaierror():
            kind = GETADDRINFO.get(error.errno or 0, FaultKind.NAMES_SILENT)
            return Fault(kind, _eai(error.errno or 0), host)
        case TimeoutError() if error.errno is None:
            return Fault(FaultKind.TIMED_OUT, "ETIMEDOUT", host)
        case OSError() if error.errno is not None:
            code = errno.errorcode.get(error.errno, str(error.errno))
            return Fault(ERRNO.get(error.errno, FaultKind.UNCLASSIFIED), code, host)
        case EOFError():
            return Fault(FaultKind.CUT, "EOF", host)
        case _:
            return None


def _alert(reason: str) -> str:
    """OpenSSL's reason as the standard writes it."""
    return reason.rpartition("_ALERT_")[2].lower()


def _eai(code: int) -> str:
    names = (name for name in dir(socket) if name.startswith("EAI_") and getattr(socket, name) == code)
    return next(names, f"EAI {code}")
