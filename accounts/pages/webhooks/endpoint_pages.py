"""The pages of webhooks, a supplier's and the buyer's alike: the list, one webhook, and how it is changed.

Convention: a secret is shown once, in the answer to the form that made it, to somebody who has proved anew who they
are: it outlives the session. What disables or ends a webhook or a secret asks for nothing but the button.
"""

from collections.abc import Sequence
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request, Response

from accounts import store as account_store
from accounts.identity import Permission, Person
from accounts.pages.client_pages import organisation_of
from accounts.pages.people import place_options, places_within, units_of_organisation
from accounts.webhook_labels import topics_for
from foundation.errors import Refused
from foundation.text import Text
from operations.webhooks import endpoint_store, endpoints, message_store, signing_secret_store
from operations.webhooks.endpoints import Wanted
from operations.webhooks.faults import told as told_fault
from operations.webhooks.model import (
    DISABLED_WORDS,
    SECRETS_MOST,
    Attempt,
    DisabledFor,
    Endpoint,
    MessageState,
)
from operations.webhooks.receiver_addresses import IpNetwork, networks_of
from orders.register import store as register_store
from web.access import instant_of, settings_of, signed_in
from web.csrf import form_of
from web.pages import Page, database_of, render, see_other

_SHOWN: Final = 25
_STATES: Final = {each.value.lower(): each for each in MessageState}


def add_pages(router: APIRouter, administers: Permission) -> None:
    """The pages of the webhooks of whoever has the permission, below the router's prefix."""
    base = router.prefix

    @router.get("")
    def webhooks_page(request: Request, person: Person = signed_in(administers)) -> Response:
        """Every webhook there is, and how each fares."""
        with database_of(request).reading() as session:
            every = endpoint_store.of_organisation(session, organisation_of(person))
            counts = message_store.counts(session, [each.id for each in every])
        return render(
            request,
            person,
            "account/webhooks.html",
            base=base,
            webhooks=[(each, urlsplit(each.url).netloc, *_counted(counts[each.id])) for each in every],
        )

    @router.get("/{number}")
    def webhook_page(request: Request, number: int, person: Person = signed_in(administers)) -> Response:
        """One webhook: where it goes, its secrets, and what was delivered."""
        return page(request, person, base, number)

    @router.post("/{number}")
    def change(
        request: Request,
        number: int,
        name: Annotated[str, Form(max_length=200)] = "",
        url: Annotated[str, Form(max_length=600)] = "",
        person: Person = signed_in(administers),
    ) -> Response:
        """Changes where it goes and what it is told of."""
        topics = [str(each) for each in form_of(request).getlist("types")]
        try:
            with database_of(request).writing() as session:
                found = endpoints.of_organisation(session, organisation_of(person), number)
                wanted = Wanted(name, url, _types(found, topics)).checked(found.organisation, inner(request))
                endpoints.change(session, found, wanted, by=person.id)
        except Refused as wrong:
            return page(
                request, person, base, number, (_at(wrong), wrong.text), given={"name": name, "url": url}
            )
        return see_other(f"{base}/{number}", said=Text("Webhooken är ändrad."))

    @router.post("/{number}/disable")
    def disable(request: Request, number: int, person: Person = signed_in(administers)) -> Response:
        """Sends nothing more to it until it is enabled."""
        with database_of(request).writing() as session:
            found = endpoints.of_organisation(session, organisation_of(person), number)
            endpoints.disable(session, found, DisabledFor.BY_HAND, by=person.id, at=instant_of(request))
        return see_other(f"{base}/{number}", said=Text("Webhooken är avstängd. Det som händer väntar."))

    @router.post("/{number}/enable")
    def enable(request: Request, number: int, person: Person = signed_in(administers)) -> Response:
        """Sends to it again, everything since."""
        with database_of(request).writing() as session:
            found = endpoints.of_organisation(session, organisation_of(person), number)
            endpoints.enable(session, found, by=person.id)
        return see_other(
            f"{base}/{number}", said=Text("Webhooken är påslagen. Allt som har väntat skickas i ordning.")
        )

    @router.get("/{number}/end")
    def end_page(request: Request, number: int, person: Person = signed_in(administers)) -> Response:
        """Asks once more."""
        with database_of(request).reading() as session:
            found = endpoints.of_organisation(session, organisation_of(person), number)
        return render(request, person, "account/webhook_end.html", base=base, webhook=found)

    @router.post("/{number}/end")
    def end(request: Request, number: int, person: Person = signed_in(administers)) -> Response:
        """Takes it away, with its secrets."""
        with database_of(request).writing() as session:
            found = endpoints.of_organisation(session, organisation_of(person), number)
            endpoints.end(session, found, by=person.id, at=instant_of(request))
        return see_other(base, said=Text("Webhooken %(name)s är borttagen.", name=found.name))


def page(
    request: Request,
    person: Person,
    base: str,
    number: int,
    wrong: tuple[str, Text] | None = None,
    *,
    given: dict[str, str] | None = None,
) -> Response:
    """The page of one webhook. Raises NotThere."""
    state = _STATES.get(request.query_params.get("state", ""))
    with database_of(request).reading() as session:
        found = endpoints.of_organisation(session, organisation_of(person), number)
        secrets = signing_secret_store.held(session, number)
        counts = message_store.counts(session, [number])[number]
        total = sum(counts.values()) if state is None else counts.get(state, 0)
        shown = Page.of(request, total, size=_SHOWN)
        messages = message_store.of_endpoint(
            session, number, state=state, offset=shown.offset, limit=shown.size
        )
        attempts = message_store.attempts_of(session, [each.id for each in messages])
        places = dict(place_options(units_of_organisation(register_store.load(session), person)))
        people = account_store.of_organisation(session, person.organisation)
    waiting, failed = _counted(counts)
    return render(
        request,
        person,
        "account/webhook.html",
        422 if wrong else 200,
        base=base,
        webhook=found,
        disabled_for=DISABLED_WORDS[DisabledFor(found.disabled_for)] if found.disabled_for else "",
        given=given or {"name": found.name, "url": found.url},
        topics=topics_for(found.organisation),
        chosen=[each for each in found.types if each.endswith(".*")],
        single=[each for each in found.types if not each.endswith(".*")],
        places=None
        if found.within is None
        else [places.get(each, each) for each in places_within(found.within)],
        secrets=secrets,
        may_have_more=len(secrets) < SECRETS_MOST,
        names={each.person.id: each.display_name for each in people},
        waiting=waiting,
        failed=failed,
        deliveries=[(each, attempts[each.id], _last(attempts[each.id])) for each in messages],
        page=shown,
        state="" if state is None else state.value.lower(),
        errors=[wrong] if wrong else [],
    )


def inner(request: Request) -> Sequence[IpNetwork]:
    """The networks of the buyer's own that are opened to its webhooks."""
    return networks_of(settings_of(request).webhooks_inner_networks)


def _types(found: Endpoint, topics: list[str]) -> tuple[str, ...]:
    """The topics that are chosen, and what a program has chosen type by type, which the page has no box for."""
    return (*topics, *(each for each in found.types if not each.endswith(".*")))


def _at(wrong: Refused) -> str:
    """Which field a refusal is about."""
    return "name" if isinstance(wrong, endpoints.WebhookRefused) else "url"


def _counted(counts: dict[MessageState, int]) -> tuple[int, int]:
    return counts.get(MessageState.WAITING, 0), counts.get(MessageState.FAILED, 0)


def _last(attempts: Sequence[Attempt]) -> Text | None:
    return told_fault(attempts[-1].status, attempts[-1].fault) if attempts else None
