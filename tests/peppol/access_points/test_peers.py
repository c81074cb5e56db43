"""What phoss-ap and mailboxes may answer: understood as it is meant, or not taken for an answer."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from peppol.access_points.mailbox_api import MailboxInlet
from peppol.access_points.phoss import PhossInlet, PhossOutlet
from peppol.access_points.protocol import (
    AccessPointError,
    ArrivalLeft,
    DeliveryState,
    Gone,
    RejectedForGood,
    TooLarge,
    Unclear,
    Unreachable,
)
from peppol.access_points.web import Web
from tests.support.servers.access_points import AMessage, order
from tests.support.servers.strangers import Handler, answering, say


def phoss(script: dict[str, tuple[int, object]]) -> Callable[[Handler], None]:
    """Answers by the beginning of the path; what is not in the script is 404."""

    def answer(handler: Handler) -> None:
        for start, (status, body) in script.items():
            if handler.path.startswith(start):
                say(status, json.dumps(body).encode())(handler)
                return
        say(404)(handler)

    return answer


SUBMIT, STATUS = "/api/outbound/submit", "/api/outbound/status/"


def invoice(status: str, **more: object) -> dict[str, object]:
    return {"sbdhInstanceID": AMessage().instance_id, "status": status, **more}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (invoice("pending"), DeliveryState.ACCEPTED),
        (invoice("sending"), DeliveryState.ACCEPTED),
        (invoice("failed", errorDetails="no contact"), DeliveryState.ACCEPTED),
        (invoice("sent", completedDT="2026-03-27T14:30:05Z"), DeliveryState.DELIVERED),
        (invoice("sent", mlsStatus="received_re"), DeliveryState.REJECTED),
        (invoice("rejected"), DeliveryState.REJECTED),
        (invoice("permanently_failed"), DeliveryState.GIVEN_UP),
    ],
)
def test_the_status_of_phoss_is_read_as_it_is_meant(status: dict[str, object], state: DeliveryState) -> None:
    with answering(phoss({STATUS: (200, status)})) as address:
        web = Web(address, seconds=30)
        assert PhossOutlet(web).status(AMessage().instance_id).state is state
        web.close()


@pytest.mark.parametrize(
    "body", [[], {"status": "sent"}, invoice("dancing"), {**invoice("sent"), "sbdhInstanceID": "another"}]
)
def test_a_status_that_is_not_understood_is_no_status(body: object) -> None:
    with answering(phoss({STATUS: (200, body)})) as address:
        web = Web(address, seconds=30)
        with pytest.raises(Unreachable) as error:
            PhossOutlet(web).status(AMessage().instance_id)
        web.close()
    assert error.value.code == "NOT_UNDERSTOOD"


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ({SUBMIT: (422, "Failed to submit outbound transaction")}, RejectedForGood),
        ({SUBMIT: (422, "no"), STATUS: (200, invoice("rejected"))}, RejectedForGood),
        ({SUBMIT: (422, "no"), STATUS: (503, {})}, Unclear),
        ({SUBMIT: (200, "no report")}, Unclear),
        ({SUBMIT: (500, {})}, Unclear),
        ({}, Unreachable),
    ],
)
def test_a_refusal_of_phoss_is_final_only_where_it_holds_nothing(
    script: dict[str, tuple[int, object]], error: type[AccessPointError]
) -> None:
    with answering(phoss(script)) as address:
        web = Web(address, seconds=30)
        with pytest.raises(error):
            PhossOutlet(web).submit(AMessage())
        web.close()


def test_the_history_is_read_to_its_end_and_given_oldest_first() -> None:
    first = datetime(2026, 11, 20, tzinfo=UTC)
    came = [
        {
            "sbdhInstanceID": f"i-{number}",
            "receivedDT": (first + timedelta(minutes=number)).isoformat(),
            "c4CountryCode": "SE" if number % 5 == 0 else None,
        }
        for number in range(250)
    ][::-1]
    asked: list[str] = []

    def history(handler: Handler) -> None:
        asked.append(handler.path)
        offset = int(handler.path.rpartition("offset=")[2])
        say(200, json.dumps(came[offset : offset + 100]).encode())(handler)

    with answering(history) as address:
        web = Web(address, seconds=30)
        listed = [each.reference for each in PhossInlet(web).inbound()]
        assert listed == [f"i-{number}" for number in range(250) if number % 5]
        assert len(asked) == 3
        later = (first + timedelta(days=3)).isoformat()
        list(PhossInlet(web).inbound(later))
        assert len(asked) == 4
        web.close()


@pytest.mark.parametrize("body", [b"{}", b"null", b"nonsense", b'{"letters":{}}', b'{"letters":[{}]}'])
def test_a_list_that_is_not_understood_is_no_list(body: bytes) -> None:
    with answering(say(200, body)) as address:
        web = Web(address, seconds=30)
        for inlet in (MailboxInlet(web), PhossInlet(web)):
            with pytest.raises(Unreachable) as error:
                list(inlet.inbound())
            assert error.value.code == "NOT_UNDERSTOOD"
        web.close()


def test_a_mailbox_that_repeats_itself_does_not_hold_us_for_ever() -> None:
    page = [{"reference": str(number), "cursor": "7"} for number in range(200)]
    with answering(say(200, json.dumps({"letters": page}).encode())) as address:
        web = Web(address, seconds=30)
        assert len(list(MailboxInlet(web).inbound())) == 400
        web.close()


def test_a_message_above_the_cap_is_never_cut_and_a_missing_one_is_gone() -> None:
    with answering(say(200, order("1"), "application/xml")) as address:
        web = Web(address, seconds=30)
        for inlet in (MailboxInlet(web, size_largest=100), PhossInlet(web, size_largest=100)):
            with pytest.raises(TooLarge):
                inlet.fetch("1")
        web.close()
    with answering(say(404)) as address:
        web = Web(address, seconds=30)
        for inlet in (MailboxInlet(web), PhossInlet(web)):
            with pytest.raises(Gone):
                inlet.fetch("1")
            inlet.acknowledge("1")
        web.close()


@pytest.mark.parametrize("inlet", [MailboxInlet, PhossInlet])
@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (500, ArrivalLeft, "THEIR_FAULT"),
        (502, ArrivalLeft, "THEIR_FAULT"),
        (400, ArrivalLeft, "REFUSED_AS_ASKED"),
        (422, ArrivalLeft, "REFUSED_AS_ASKED"),
        (401, Unreachable, "DENIED"),
        (503, Unreachable, "NOT_NOW"),
        (404, Gone, "GONE"),
    ],
)
def test_what_is_wrong_with_one_letter_says_nothing_of_the_others(
    inlet: type[MailboxInlet | PhossInlet], status: int, error: type[AccessPointError], code: str
) -> None:
    with answering(say(status)) as address:
        web = Web(address, seconds=30)
        with pytest.raises(error) as told:
            inlet(web).fetch("one")
        web.close()
    assert (type(told.value), told.value.code) == (error, code)
    assert told.value.host == address.removeprefix("http://")


@pytest.mark.parametrize("inlet", [MailboxInlet, PhossInlet])
def test_an_acknowledgement_that_is_refused_is_that_letters_and_one_that_fails_comes_again(
    inlet: type[MailboxInlet | PhossInlet],
) -> None:
    for status, error in ((422, ArrivalLeft), (500, Unreachable), (403, Unreachable)):
        with answering(say(status)) as address:
            web = Web(address, seconds=30)
            with pytest.raises(error) as told:
                inlet(web).acknowledge("one")
            web.close()
        assert type(told.value) is error
