"""The way out through phase4-peppol-standalone: POST /sendsbdh, or /sendas4/... for bare documents.

It sends while we wait and keeps no messages, so its report is the outcome and `status` knows
nothing. `/sendas4` makes a new instance identifier for every call: a repeat would be a new
message to the receiver. So the envelope is ours and `/sendsbdh` is used, unless the installation
says otherwise. Shapes: phase4-peppol-standalone, PeppolSenderController.
"""

from collections.abc import Iterator
from typing import Final

from peppol.access_points.addressing import addressed
from peppol.access_points.probing import Probed, ProbeStep, tried
from peppol.access_points.protocol import (
    DeliveryState,
    DeliveryStatus,
    Outbound,
    Submission,
    Unclear,
    Unreachable,
)
from peppol.access_points.reports import outcome, read_report
from peppol.access_points.web import Web, complain
from peppol.envelope import envelope

# Whatever becomes of a message is told in a report with status 200; this is said where X-Token is missing.
_NOT_LET_IN: Final = 400


class Phase4Outlet:
    """`bare` sends documents without our envelope, and so without our instance identifier."""

    def __init__(
        self, web: Web, *, country: str = "SE", mls_to: str = "", bare: bool = False, name: str = "phase4"
    ) -> None:
        self.name = name
        self._web = web
        self._country = country
        self._mls_to = mls_to
        self._bare = bare

    def submit(self, message: Outbound) -> Submission:
        """Send the message and read the report. Raises Unreachable, Unclear or RejectedForGood."""
        to = addressed(message, country=self._country, mls_to=self._mls_to)
        if self._bare:
            answer = self._web.post("sendas4", *to.path, body=message.body)
        else:
            answer = self._web.post("sendsbdh", body=envelope.wrap(message.body, to.envelope))
        if answer.status == _NOT_LET_IN:
            raise Unreachable(answer.words, code="DENIED")
        complain(answer)
        report = read_report(answer)
        if report is None:
            raise Unclear(answer.words, code="NO_REPORT", host=answer.host)
        return outcome(report, instance_id="" if self._bare else message.instance_id)

    def probe(self) -> Iterator[Probed]:
        """Hand over what is no message: a service that lets us in says so in a report, and sends nothing."""
        yield tried(ProbeStep.SIGN_IN, self._hand_over_nothing)

    def _hand_over_nothing(self) -> None:
        answer = self._web.post("sendsbdh", body=b"<probe/>")
        if read_report(answer) is None:
            complain(answer, repeatable=True)
            raise Unclear(answer.words, code="NO_REPORT", host=answer.host)

    def status(self, instance_id: str, reference: str = "") -> DeliveryStatus:
        """Nothing is kept there; the report was the answer."""
        return DeliveryStatus(DeliveryState.UNKNOWN)
