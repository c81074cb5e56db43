"""The way out and in through phoss-ap: it stores every message, retries by itself, and answers by instance id.

Out: POST /api/outbound/submit/{sender}/{receiver}/{type}/{process}/{country}?sbdhInstanceID=...
(or /submit-sbd with our envelope), then GET /api/outbound/status/{instance}. An answer 422 may
mean that the message is stored and will be tried again, or that it was refused: the status
tells which. In: the history of what came, the bytes by instance id, and the report of our
country, which every receiver owes the network and which tells us apart what is taken.
Shapes: phoss-ap OutboundController, InboundController, OperationsController (0.12).
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from foundation.network.fault_kinds import FaultKind
from peppol.access_points.addressing import addressed
from peppol.access_points.probing import Probed, ProbeStep, tried
from peppol.access_points.protocol import (
    Arrival,
    ArrivalLeft,
    DeliveryState,
    DeliveryStatus,
    Gone,
    Outbound,
    RejectedForGood,
    Submission,
    Unclear,
    Unreachable,
    in_short,
    whole,
)
from peppol.access_points.reports import SendingReport, outcome, read_report
from peppol.access_points.web import (
    HttpAnswer,
    Web,
    complain,
    complain_of_one,
    is_name,
    json_object,
    name_in,
    text_in,
)
from peppol.envelope import envelope
from peppol.xml.gate_errors import KEPT_MAX

_STATES: Final = {
    "pending": DeliveryState.ACCEPTED,
    "sending": DeliveryState.ACCEPTED,
    "failed": DeliveryState.ACCEPTED,  # it will try again by itself
    "sent": DeliveryState.DELIVERED,
    "rejected": DeliveryState.REJECTED,
    "permanently_failed": DeliveryState.GIVEN_UP,
}
HELD_TWICE: Final = "HELD_TWICE"
"""What is said of a message that phoss-ap holds more than once and so hands out to nobody."""
_REFUSED_BY_RECEIVER: Final = "received_re"
_PAGE: Final = 100
# Clocks differ and transactions overlap, so what came shortly before the cursor is looked at again.
_OVERLAP: Final = timedelta(days=1)


class PhossOutlet:
    """Sending; `enveloped` hands over our own envelope instead of a bare document with parameters."""

    name = "phoss-ap"

    def __init__(self, web: Web, *, country: str = "SE", mls_to: str = "", enveloped: bool = False) -> None:
        self._web = web
        self._country = country
        self._mls_to = mls_to
        self._enveloped = enveloped

    def submit(self, message: Outbound) -> Submission:
        """Hand the message over; delivered where the receipt came at once, accepted where it is tried again.

        Raises Unreachable, Unclear or RejectedForGood.
        """
        to = addressed(message, country=self._country, mls_to=self._mls_to)
        mls = {"mlsTo": self._mls_to} if self._mls_to else {}
        if self._enveloped:
            sealed = envelope.wrap(message.body, to.envelope)
            answer = self._web.post("api", "outbound", "submit-sbd", body=sealed, params=mls)
        else:
            params = {"sbdhInstanceID": message.instance_id, **mls}
            answer = self._web.post("api", "outbound", "submit", *to.path, body=message.body, params=params)
        report = read_report(answer)
        if report is not None and report.success:
            return outcome(report, instance_id=message.instance_id)
        if answer.fine:
            raise Unclear(answer.words, code="NO_REPORT", host=answer.host)
        if answer.status in (400, 409, 422):
            return self._after_refusal(message, answer, report)
        complain(answer)
        raise Unclear(answer.words, host=answer.host)

    def _after_refusal(
        self, message: Outbound, answer: HttpAnswer, report: SendingReport | None
    ) -> Submission:
        """What the access point holds after it said no: the same message from before, one it will retry, or none."""
        words = report.words if report else ""
        try:
            held = self.status(message.instance_id)
        except Unreachable as fault:
            raise Unclear(f"{words or answer.words} {fault.words}") from fault
        if held.state is DeliveryState.UNKNOWN and report is not None and not report.unreadable:
            # It reports of what it has stored alone. What it has stored twice it cannot find again, and goes on with.
            return Submission(message.instance_id, DeliveryState.ACCEPTED, words)
        if held.state is DeliveryState.UNKNOWN:
            raise RejectedForGood(words or answer.words)
        if held.state is DeliveryState.REJECTED:
            raise RejectedForGood(held.words or words or answer.words)
        return Submission(message.instance_id, held.state, held.words or words)

    def probe(self) -> Iterator[Probed]:
        """Ask about a message that nobody has sent: a service that lets us in does not know it."""
        yield tried(ProbeStep.SIGN_IN, lambda: self.status("00000000-0000-4000-8000-000000000000"))

    def status(self, instance_id: str, reference: str = "") -> DeliveryStatus:
        """What the access point knows of the message. Raises Unreachable."""
        # Once a day it moves what is done to its archive.
        answer = self._web.get("api", "outbound", "status", instance_id, params={"includeArchive": "true"})
        if answer.status == 404:
            return DeliveryStatus(DeliveryState.UNKNOWN, answer.words)
        complain(answer, repeatable=True)
        read = json_object(answer)
        state = _STATES.get(text_in(read, "status"))
        if state is None or text_in(read, "sbdhInstanceID").lower() != instance_id.lower():
            raise Unreachable(answer.words, code="NOT_UNDERSTOOD", host=self._web.where)
        if text_in(read, "mlsStatus") == _REFUSED_BY_RECEIVER:
            state = DeliveryState.REJECTED
        return DeliveryStatus(
            state, in_short(text_in(read, "errorDetails")), _moment(text_in(read, "completedDT"))
        )


class PhossInlet:
    """Receiving by poll: what has come and is not yet reported with our country is not yet taken."""

    def __init__(self, web: Web, *, country: str = "SE", size_largest: int = KEPT_MAX) -> None:
        self._web = web
        self._country = country
        self.size_largest = size_largest

    def inbound(self, cursor: str = "") -> Iterator[Arrival]:
        """What came since the cursor (a moment, less a day) and is not reported, oldest first."""
        since = _moment(cursor)
        found: dict[str, Arrival] = {}
        times: Counter[str] = Counter()
        taken: set[str] = set()
        offset = 0
        while page := self._page(offset):
            for each in page:
                instance = name_in(each, "sbdhInstanceID")
                times[instance] += 1
                if not instance:
                    yield Arrival(
                        _unnamed(each), left=ArrivalLeft(code="NO_INSTANCE_ID", host=self._web.where)
                    )
                elif text_in(each, "c4CountryCode"):
                    taken.add(instance)
                else:
                    arrived = text_in(each, "receivedDT")
                    found.setdefault(
                        instance, Arrival(instance, cursor=arrived, instance_id=instance, once=True)
                    )
            if len(page) < _PAGE or (since and _all_before(page, since - _OVERLAP)):
                break
            offset += _PAGE
        for instance in [each for each in found if times[each] > 1]:
            # It hands out what it has exactly once: of two with one identifier it finds neither.
            del found[instance]
            if instance not in taken:
                yield Arrival(instance, left=ArrivalLeft(code=HELD_TWICE, host=self._web.where))
        yield from sorted(found.values(), key=lambda arrival: arrival.cursor)

    def _page(self, offset: int) -> list[dict[str, object]]:
        # The history is newest first: what comes while we read pushes the rest back, and nothing is missed.
        answer = self._web.get(
            "api",
            "ops",
            "inbound",
            "history",
            params={"limit": str(_PAGE), "offset": str(offset)},
            largest=5_000_000,
        )
        complain(answer, repeatable=True)
        read = json_object(HttpAnswer(answer.status, b'{"all":' + answer.body + b"}")).get("all")
        if not isinstance(read, list):
            raise Unreachable(answer.words, code="NOT_UNDERSTOOD", host=self._web.where)
        return [each for each in read if isinstance(each, dict)]

    def probe(self) -> Iterator[Probed]:
        """List what has come."""
        yield tried(ProbeStep.LIST, lambda: self._page(0))

    def fetch(self, reference: str) -> bytes:
        """The message as it came. Raises Unreachable, Gone or ArrivalLeft."""
        if not is_name(reference):
            raise Gone(reference, host=self._web.where)
        answer = self._web.get(
            "api", "ops", "inbound", reference, "payload", largest=self.size_largest, accept="*/*"
        )
        if answer.status == 404:
            raise Gone(reference, host=self._web.where)
        complain_of_one(answer)
        return whole(answer.body, size_largest=self.size_largest, host=self._web.where)

    def acknowledge(self, reference: str) -> None:
        """Report our country for the message. Raises Unreachable, or ArrivalLeft where it is refused."""
        params = {"sbdhInstanceID": reference, "c4CountryCode": self._country}
        try:
            answer = self._web.post("api", "inbound", "report", params=params)
        except Unclear as fault:
            raise Unreachable(fault.words, code="CUT", host=fault.host) from fault
        # 400: the country is set already. 404: the message is archived.
        if answer.status not in (400, 404):
            complain_of_one(answer, kinds=(FaultKind.REFUSED_AS_ASKED,))


def _unnamed(each: Mapping[str, object]) -> str:
    """What a message without a usable name is noted as: by when it came, and what it was called, hashed."""
    told = json.dumps(each, sort_keys=True, default=str).encode()
    return f"unnamed/{hashlib.sha256(told).hexdigest()[:32]}"


def _all_before(page: list[dict[str, object]], moment: datetime) -> bool:
    moments = [_moment(text_in(each, "receivedDT")) for each in page]
    return all(each is not None and each < moment for each in moments)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
