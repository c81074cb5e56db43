"""What a person does about deliveries: sends a test, one message or a period again, and reads one with its attempts."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from accounts.identity import Permission, Person
from accounts.pages.client_pages import organisation_of
from accounts.pages.webhooks.endpoint_pages import page
from foundation.errors import NotThere, Refused
from foundation.periods import STOCKHOLM
from foundation.text import CountedText, Text
from operations.webhooks import endpoints, message_store, redelivering
from operations.webhooks.endpoints import WebhookRefused
from operations.webhooks.faults import told as told_fault
from web.access import instant_of, signed_in
from web.pages import database_of, render, see_other


def add_pages(router: APIRouter, administers: Permission) -> None:
    """The pages below the router's prefix."""
    base = router.prefix

    @router.post("/{number}/test")
    def test(request: Request, number: int, person: Person = signed_in(administers)) -> Response:
        """Sends a test."""
        with database_of(request).writing() as session:
            found = endpoints.of_organisation(session, organisation_of(person), number)
            endpoints.lay_out_test(session, found, by=person.id, at=instant_of(request))
        return see_other(
            f"{base}/{number}#deliveries",
            said=Text("Testet skickas inom några sekunder. Läs in sidan igen och se vad som kom tillbaka."),
        )

    @router.post("/{number}/redeliver")
    def redeliver_period(
        request: Request,
        number: int,
        first: Annotated[str, Form(max_length=20)] = "",
        last: Annotated[str, Form(max_length=20)] = "",
        person: Person = signed_in(administers),
    ) -> Response:
        """Sends what happened on these days again."""
        try:
            since, until = _days(first, last)
            with database_of(request).writing() as session:
                found = endpoints.of_organisation(session, organisation_of(person), number)
                count = redelivering.redeliver_period(session, found, since=since, until=until, by=person.id)
        except WebhookRefused as wrong:
            return page(request, person, base, number, ("first", wrong.text))
        said = CountedText(
            "%(count)s meddelande skickas igen.",
            "%(count)s meddelanden skickas igen, i ordning.",
            count=count,
        )
        return see_other(f"{base}/{number}#deliveries", said=said)

    @router.get("/{number}/deliveries/{message}")
    def delivery_page(
        request: Request, number: int, message: int, person: Person = signed_in(administers)
    ) -> Response:
        """One message: what is sent, and every attempt."""
        with database_of(request).reading() as session:
            found = endpoints.of_organisation(session, organisation_of(person), number)
            delivery = message_store.by_id(session, number, message)
            attempts = message_store.attempts_of(session, [message])[message]
        if delivery is None:
            raise NotThere
        return render(
            request,
            person,
            "account/webhook_delivery.html",
            base=base,
            webhook=found,
            delivery=delivery,
            attempts=[(each, told_fault(each.status, each.fault)) for each in attempts],
        )

    @router.post("/{number}/deliveries/{message}/redeliver")
    def redeliver(
        request: Request, number: int, message: int, person: Person = signed_in(administers)
    ) -> Response:
        """Sends one message again."""
        try:
            with database_of(request).writing() as session:
                found = endpoints.of_organisation(session, organisation_of(person), number)
                redelivering.redeliver_one(session, found, message, by=person.id)
        except NotThere:
            raise
        except Refused as wrong:
            return see_other(f"{base}/{number}#deliveries", said=wrong.text, is_short=True)
        return see_other(f"{base}/{number}#deliveries", said=Text("Meddelandet skickas igen."))


def _days(first: str, last: str) -> tuple[datetime, datetime]:
    """From the first of these days to the end of the last, as they are in Sweden. Raises WebhookRefused."""
    try:
        begins, until = (date.fromisoformat(each.strip()) for each in (first, last))
        ends = until + timedelta(days=1)
        since, before = (datetime.combine(each, time(), STOCKHOLM).astimezone(UTC) for each in (begins, ends))
    except (ValueError, OverflowError):
        raise WebhookRefused(Text("Skriv båda dagarna som ÅÅÅÅ-MM-DD.")) from None
    return since, before
