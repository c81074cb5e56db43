"""The way in by poll from a mailbox with a cursor, as operators' own interfaces have it.

GET  {base}/messages?after=CURSOR&limit=N  ->  {"messages": [{"reference", "cursor", "instance_id", "size"}]}
GET  {base}/messages/{reference}           ->  the bytes
POST {base}/messages/{reference}/acknowledge

Messages come in the order of their cursors, acknowledged ones no more. The simulator has this
shape, and it is what we ask of a product that has none of its own.
"""

from collections.abc import Iterator
from typing import Final

from foundation.network.fault_kinds import FaultKind
from peppol.access_points.probing import Probed, ProbeStep, tried
from peppol.access_points.protocol import Arrival, Gone, Unclear, Unreachable, whole
from peppol.access_points.web import Web, complain, complain_of_one, is_name, json_object, name_in
from peppol.xml.gate_errors import KEPT_MAX

_PAGE: Final = 200


class MailboxInlet:
    """One receiver's mailbox at the address of `web`."""

    def __init__(self, web: Web, *, size_largest: int = KEPT_MAX) -> None:
        self._web = web
        self.size_largest = size_largest

    def inbound(self, cursor: str = "") -> Iterator[Arrival]:
        """What has come after the cursor, page by page. Raises Unreachable."""
        while True:
            answer = self._web.get("letters", params={"after": cursor, "limit": str(_PAGE)})
            complain(answer, repeatable=True)
            messages = json_object(answer).get("letters")
            if not isinstance(messages, list):
                raise Unreachable(answer.words, code="NOT_UNDERSTOOD", host=self._web.where)
            before = cursor
            for each in messages:
                if not isinstance(each, dict) or not name_in(each, "reference"):
                    raise Unreachable(answer.words, code="NOT_UNDERSTOOD", host=self._web.where)
                size = each.get("size")
                cursor = name_in(each, "cursor")
                yield Arrival(
                    name_in(each, "reference"),
                    cursor=cursor,
                    instance_id=name_in(each, "instance_id"),
                    size=size if isinstance(size, int) else None,
                )
            if len(messages) < _PAGE or cursor in ("", before):
                return

    def probe(self) -> Iterator[Probed]:
        """List what has come."""
        yield tried(ProbeStep.LIST, lambda: next(self.inbound(), None))

    def fetch(self, reference: str) -> bytes:
        """The bytes of one message. Raises Unreachable, Gone or ArrivalLeft."""
        if not is_name(reference):
            raise Gone(reference, host=self._web.where)
        answer = self._web.get("letters", reference, largest=self.size_largest, accept="*/*")
        if answer.status in (404, 410):
            raise Gone(reference, host=self._web.where)
        complain_of_one(answer)
        return whole(answer.body, size_largest=self.size_largest, host=self._web.where)

    def acknowledge(self, reference: str) -> None:
        """Say that the message is stored. Raises Unreachable, or ArrivalLeft where it is refused."""
        try:
            answer = self._web.post("letters", reference, "acknowledge")
        except Unclear as fault:
            raise Unreachable(fault.words, code="CUT", host=fault.host) from fault
        if answer.status not in (404, 410):
            complain_of_one(answer, kinds=(FaultKind.REFUSED_AS_ASKED,))
