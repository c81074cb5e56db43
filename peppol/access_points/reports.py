"""The sending report that phase4 writes, in both products that stand on it, and what it means for a message.

Only two things end a message: the receiving access point's receipt, and its word that it does
not serve the receiver (EBMS:0004 with PEPPOL:NOT_SERVICED, Peppol AS4 profile 2.0.3, 4.4). An
access point also answers with an AS4 error when its own disk is full, so that the sender comes
again; every other error is therefore a reason to try again, not a verdict. One of them is ours: our access point's own
certificate, which the receiver does not accept (EBMS:0101) or which our access point finds expired itself.
"""

import re
from dataclasses import dataclass
from typing import Final

from peppol.access_points.error_sentences import OWN_CERTIFICATE
from peppol.access_points.protocol import (
    DeliveryState,
    PeerUnreachable,
    RejectedForGood,
    Submission,
    Unclear,
    in_short,
)
from peppol.access_points.web import HttpAnswer, json_object, text_in

NOT_SERVICED: Final = "PEPPOL:NOT_SERVICED"
_NOT_AUTHENTICATED: Final = "EBMS:0101"
# So says WSS4J, under EBMS:0102, of a signature by a certificate that has expired.
_NO_PATH: Final = "certificate path validation"
_EXPIRED: Final = re.compile(
    r"certificate\w*\b.*\b(?:expired|not (?:yet )?valid|revoked|NotAfter)|NotAfter:", re.I
)
# What phase4 calls the certificate of the other side, which it reads from the register.
_THEIRS: Final = re.compile(r"receiver|endpoint|SMP", re.I)
_REPLY_LOST: Final = ("NO_SIGNAL_MESSAGE_RECEIVED", "INVALID_SIGNAL_MESSAGE_RECEIVED")


@dataclass(frozen=True, slots=True)
class SendingReport:
    """What phase4 says of one attempt. `result` is its word for the outcome, "" where it never got that far."""

    instance_id: str
    message_id: str
    success: bool
    result: str
    unreadable: str
    words: str
    failed_here: str = ""
    said_there: str = ""

    @property
    def own_certificate(self) -> bool:
        """Whether it is our access point's certificate that is at fault: no message, and no receiver, is to blame."""
        here = self.failed_here
        expired = _EXPIRED.search(here) is not None and _THEIRS.search(here) is None
        refused = any(each in self.said_there for each in (_NOT_AUTHENTICATED, _NO_PATH))
        return refused or expired

    @property
    def not_serviced(self) -> bool:
        """Whether the receiving access point says that it does not serve the receiver."""
        return NOT_SERVICED in self.words


def read_report(answer: HttpAnswer) -> SendingReport | None:
    """The report in an answer; None where the answer is something else."""
    read = json_object(answer)
    if not isinstance(read.get("overallSuccess"), bool):
        return None
    said = []
    errors = read.get("as4ResponseErrors")
    for error in errors if isinstance(errors, list) else []:
        if isinstance(error, dict):
            said += [text_in(error, name) for name in ("errorCode", "errorDetails", "description")]
    said_there = " ".join(filter(None, said))
    unreadable = _exception_in(read, "sbdhParsingException")
    said += [unreadable, _exception_in(read, "sendingException"), _exception_in(read, "lookupException")]
    said += [text_in(read, name) for name in ("lookupError", "sendingError")]
    return SendingReport(
        text_in(read, "sbdhInstanceIdentifier"),
        text_in(read, "as4MessageId"),
        read["overallSuccess"] is True,
        text_in(read, "sendingResult"),
        unreadable,
        in_short(" ".join((text_in(read, "sendingResult"), *filter(None, said)))),
        _exception_in(read, "sendingException"),
        said_there,
    )


def outcome(report: SendingReport, *, instance_id: str) -> Submission:
    """What the report means for the message. Raises PeerUnreachable, Unclear or RejectedForGood."""
    if report.success:
        if instance_id and report.instance_id.lower() != instance_id.lower():
            raise Unclear(f"the report is about {report.instance_id}", code="ANOTHER_LETTER")
        return Submission(report.message_id or report.instance_id, DeliveryState.DELIVERED)
    if report.not_serviced:
        raise RejectedForGood(report.words, code="NOT_SERVICED")
    if report.unreadable or report.result == "INVALID_PARAMETERS":
        raise RejectedForGood(report.words, code="UNREADABLE")
    if report.result in _REPLY_LOST:
        raise Unclear(report.words)
    if report.own_certificate:
        raise PeerUnreachable(report.words, code=OWN_CERTIFICATE)
    raise PeerUnreachable(report.words, code="" if report.result else "NOT_SENT")


def _exception_in(read: dict[str, object], name: str) -> str:
    exception = read.get(name)
    return text_in(exception, "message") or name if isinstance(exception, dict) else ""
