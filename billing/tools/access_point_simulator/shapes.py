"""The simulated access point in the shapes of the products: addresses, parameters and answers as theirs.

/phase4/...                        phase4-peppol-standalone: sends while the caller waits
/phoss/{participant}/api/...       phoss-ap: stores, retries, tells the status; history and payload of what came
/mailbox/{participant}/messages/... a mailbox with a cursor (`peppol.access_points.mailbox_api`)

One router per shape; all of them stand on the same desk, so a message sent in one shape is
fetched in another.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import Row

from billing.tools.access_point_simulator.desk import (
    Desk,
    SimulatedResult,
    Wrong,
    participant_in,
    put_in_envelope,
    read_envelope,
)
from billing.tools.access_point_simulator.faults import Fault, Verb, damaged, share_of
from billing.tools.access_point_simulator.store import Handed, LetterState
from peppol.identifiers import DOCUMENT_SCHEME, PARTICIPANT_SCHEME, PROCESS_SCHEME

_LARGEST = 25_000_000


async def body_of(request: Request) -> bytes:
    """The bytes of a request. Raises `Wrong` 413 for more than an access point takes."""
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > _LARGEST:
            raise Wrong(413, "too large")
    return bytes(read)


Body = Annotated[bytes, Depends(body_of)]
PageLimit = Annotated[int, Query(ge=1, le=1000)]
From = Annotated[int, Query(ge=0)]


def report(desk: Desk, handed: Handed, result: SimulatedResult) -> dict[str, object]:
    """What phase4 would report of this sending."""
    sent = result.outcome == LetterState.SENT
    written: dict[str, object] = {
        "currentDateTimeUTC": desk.store.now(),
        "phase4Version": "simulated",
        "senderId": f"{PARTICIPANT_SCHEME}::{handed.sender}",
        "receiverId": f"{PARTICIPANT_SCHEME}::{handed.receiver}",
        "docTypeId": f"{DOCUMENT_SCHEME}::{handed.document_type}",
        "processId": f"{PROCESS_SCHEME}::{handed.process}",
        "sbdhInstanceIdentifier": handed.instance_id,
        "as4ResponseError": not sent and result.outcome != "unknown-receiver",
        "sendingSuccess": sent,
        "overallSuccess": sent,
    }
    if result.outcome == "unknown-receiver":
        written["sendingResult"] = "TRANSPORT_ERROR"
        written["sendingException"] = {
            "class": "com.helger.phase4.dynamicdiscovery.Phase4SMPException",
            "message": result.words,
        }
        return written
    written["as4MessageId"] = f"{handed.instance_id}@simulator"
    written["sendingResult"] = "SUCCESS" if sent else "AS4_ERROR_MESSAGE_RECEIVED"
    if not sent:
        code, _, detail = result.words.partition(" ")
        error = {"errorCode": code, "errorDetails": detail, "severity": "failure", "category": "Content"}
        written["as4ResponseErrors"] = [error]
    return written


def phase4_shape(desk: Desk) -> APIRouter:
    """POST /phase4/sendsbdh and /phase4/sendas4/{five values}: 200 with a report, whatever came of it."""
    router = APIRouter(prefix="/phase4")

    def sent(handed: Handed) -> Response:
        result = desk.submit(handed)
        if result.outcome in ("repeat", LetterState.PENDING):
            # This product keeps nothing: a repeat is sent again, and the receiver knows it again.
            result = SimulatedResult(handed.instance_id, LetterState.SENT, repeated=result.repeated)
        return JSONResponse(report(desk, handed, result))

    @router.post("/sendsbdh")
    def send_envelope(body: Body) -> Response:
        try:
            handed = read_envelope(body)
        except Wrong as wrong:
            failed = {"class": "PeppolSBDHDataReadException", "message": wrong.words}
            return JSONResponse(
                {"sbdhParsingException": failed, "sendingSuccess": False, "overallSuccess": False}
            )
        return sent(handed)

    @router.post("/sendas4/{sender}/{receiver}/{kind:path}/{process}/{country}")
    def send_bare(sender: str, receiver: str, kind: str, process: str, country: str, body: Body) -> Response:
        return sent(put_in_envelope(body, (sender, receiver, kind, process, country)))

    return router


def phoss_shape(desk: Desk) -> APIRouter:
    """The access point of one participant, as phoss-ap shows it to its backend.

    An instance identifier it holds twice, out or in, it does not find: 404.
    """
    router = APIRouter(prefix="/phoss/{participant}/api")
    _phoss_outbound(router, desk)
    _phoss_inbound(router, desk)
    _phoss_levels(router)
    return router


def _phoss_outbound(router: APIRouter, desk: Desk) -> None:
    """What the backend hands in, and how it fares."""

    def answered(handed: Handed) -> Response:
        result = desk.submit(handed, keeps=True)
        if result.outcome in ("conflict", "repeat"):
            return JSONResponse("Failed to submit outbound transaction", status_code=422)
        written = report(desk, handed, result)
        return JSONResponse(written, status_code=200 if result.outcome == LetterState.SENT else 422)

    @router.post("/outbound/submit/{sender}/{receiver}/{kind:path}/{process}/{country}")
    def submit(
        sender: str,
        receiver: str,
        kind: str,
        process: str,
        country: str,
        body: Body,
        instance_id: Annotated[str, Query(alias="sbdhInstanceID")] = "",
        mls_to: Annotated[str, Query(alias="mlsTo")] = "",
    ) -> Response:
        path = (sender, receiver, kind, process, country)
        return answered(put_in_envelope(body, path, instance_id=instance_id, mls_to=mls_to))

    @router.post("/outbound/submit-sbd")
    def submit_envelope(body: Body) -> Response:
        return answered(read_envelope(body))

    @router.get("/outbound/status/{instance_id}")
    def status(instance_id: str) -> Response:
        with desk.visited(Verb.STATUS, instance_id):
            # Its own timer would have done this meanwhile.
            desk.try_again(instance_id.lower())
            held = desk.store.letter(instance_id.lower())
            # What it was handed twice it has twice, and looks for exactly one.
            twice = desk.repeats == "answer" and desk.store.times(instance_id.lower()) > 1
            if held is None or twice:
                return Response(status_code=404)
            return JSONResponse(_phoss_status(held))


def _phoss_levels(router: APIRouter) -> None:
    """How well it acknowledges: a simulated access point sends no status, and so has measured none."""

    def level(seconds: int) -> Response:
        return JSONResponse(
            {
                "totalCount": 0,
                "withinSlaCount": 0,
                "compliancePercent": 100.0,
                "targetPercent": 99.5,
                "thresholdSeconds": seconds,
                "meetingSla": True,
                "entries": [],
            }
        )

    @router.get("/mls/sla/mls1")
    def receiving() -> Response:
        return level(1200)

    @router.get("/mls/sla/mls2")
    def sending() -> Response:
        return level(1500)

    @router.get("/mls/missing")
    def missing() -> Response:
        return JSONResponse([])


def _phoss_status(held: Row[Any]) -> dict[str, object]:
    """How a message handed in fares, as phoss-ap tells it."""
    return {
        "id": str(held.sequence),
        "transactionType": "business_document",
        "sbdhInstanceID": held.instance_id,
        "senderID": f"{PARTICIPANT_SCHEME}::{held.sender}",
        "receiverID": f"{PARTICIPANT_SCHEME}::{held.receiver}",
        "status": held.state,
        "attemptCount": 0 if held.state == LetterState.PENDING else held.tries,
        "createdDT": held.came_at,
        "completedDT": held.done_at or None,
        "errorDetails": held.words or None,
        "mlsStatus": "not_applicable",
    }


def _phoss_inbound(router: APIRouter, desk: Desk) -> None:
    """What came for the participant: its history, its bytes, and that the backend has it."""

    @router.get("/ops/inbound/history")
    def history(participant: str, limit: PageLimit = 50, offset: From = 0) -> Response:
        whose = participant_in(participant)
        with desk.visited(Verb.LIST, whose, whose) as struck:
            rows = desk.store.waiting(whose, after=0, limit=limit, offset=offset, newest_first=True)
            shown = _in_order(desk, rows, Fault.REORDER in struck)
            return JSONResponse(
                [
                    {
                        "id": str(row.sequence),
                        "sbdhInstanceID": row.instance_id,
                        "receivedDT": row.came_at,
                        "status": "received",
                        "c4CountryCode": "SE" if row.acknowledged else None,
                    }
                    for row in shown
                ]
            )

    @router.get("/ops/inbound/{instance_id}/payload")
    def payload(participant: str, instance_id: str) -> Response:
        whose = participant_in(participant)
        if desk.store.held_twice(whose, instance_id):
            return Response(status_code=404)
        return _handed_out(desk, whose, instance_id, instance_id=instance_id)

    @router.post("/inbound/report")
    def taken(
        participant: str,
        instance_id: Annotated[str, Query(alias="sbdhInstanceID")],
        country: Annotated[str, Query(alias="c4CountryCode")],
    ) -> Response:
        whose = participant_in(participant)
        with desk.visited(Verb.ACKNOWLEDGE, instance_id, whose):
            if desk.store.held_twice(whose, instance_id):
                return Response(status_code=404)
            if not desk.store.acknowledge(whose, instance_id=instance_id):
                return Response(status_code=404)
            return JSONResponse({"id": instance_id, "status": "updated", "message": country})


def mailbox_shape(desk: Desk) -> APIRouter:
    """One participant's mailbox with a cursor."""
    router = APIRouter(prefix="/mailbox/{participant}")

    @router.get("/letters")
    def letters(participant: str, after: str = "", limit: PageLimit = 200) -> Response:
        whose = participant_in(participant)
        with desk.visited(Verb.LIST, whose, whose) as struck:
            rows = desk.store.waiting(whose, after=_number(after) if after else 0, limit=limit)
            shown = _in_order(desk, rows, Fault.REORDER in struck)
            # Whatever their order, the place after this page is after all of it.
            last = str(max((row.sequence for row in rows), default=0))
            return JSONResponse(
                {
                    "letters": [
                        {
                            "reference": str(row.sequence),
                            "cursor": last if Fault.REORDER in struck else str(row.sequence),
                            "instance_id": row.instance_id,
                            "size": row.size,
                        }
                        for row in shown
                    ]
                }
            )

    @router.get("/letters/{reference}")
    def letter(participant: str, reference: str) -> Response:
        return _handed_out(desk, participant_in(participant), reference, sequence=_number(reference))

    @router.post("/letters/{reference}/acknowledge")
    def acknowledge(participant: str, reference: str) -> Response:
        whose = participant_in(participant)
        with desk.visited(Verb.ACKNOWLEDGE, reference, whose):
            found = desk.store.acknowledge(whose, sequence=_number(reference))
            return Response(status_code=204 if found else 404)

    return router


def _handed_out(desk: Desk, whose: str, letter: str, *, sequence: int = 0, instance_id: str = "") -> Response:
    with desk.visited(Verb.FETCH, letter, whose) as struck:
        body = desk.store.body(whose, sequence=sequence, instance_id=instance_id)
        if body is None:
            return Response(status_code=404)
        if Fault.CORRUPT in struck:
            body = damaged(body, seed=desk.seed, letter=letter)
        return Response(body, media_type="application/xml")


def _in_order(desk: Desk, rows: Sequence[Row[Any]], shuffled: bool) -> Sequence[Row[Any]]:
    if not shuffled:
        return rows
    return sorted(rows, key=lambda row: share_of(desk.seed, "order", str(row.sequence)))


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Wrong(404, "no such letter")
    return int(text)
