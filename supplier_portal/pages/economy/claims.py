"""What the buyer claims back: each claim with its letters, how to pay, when it is set off, and a word against it."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request, Response

from accounts.identity import Person
from foundation.errors import NotThere
from foundation.text import Text
from invoicing.claims import letter_store, owed_queries, part_store, steps
from invoicing.claims.claim_states import STANDING
from invoicing.claims.claim_store import SupplierClaim
from supplier_portal.pages import query_params
from supplier_portal.pages.economy.start import tabs_of
from supplier_portal.pages.forms import SEES, SENDS
from supplier_portal.queries import claim_queries
from web.access import signed_in
from web.claim_letter import letter_pdf
from web.costly import COSTLY
from web.guards.form_fields import text_of
from web.pages import (
    Page,
    database_of,
    language_of,
    pages_router,
    render,
    see_other,
    today_of,
    whole_database_of,
)

router = pages_router()
_SIZE = 50


@router.get("/economy/claims")
def listed(request: Request, person: Person = signed_in(*SEES)) -> Response:
    """Every claim that the person may see: what stands first."""
    scope = query_params.scope_of(person).own
    with database_of(request).reading() as session:
        found = claim_queries.listed(session, scope)
        page = Page.of(request, len(found), size=_SIZE)
        shown = page.rows(found)
    # When a payment leaves is the buyer's to know; of the claims seen, the day is told.
    with whole_database_of(request).reading() as session:
        set_off = owed_queries.set_offs(session, shown)
    return render(
        request,
        person,
        "economy/claims.html",
        tabs=tabs_of(person),
        claims=shown,
        page=page,
        set_off=set_off,
        today=today_of(request),
    )


@router.get("/economy/claims/{invoice_id}")
def one(request: Request, invoice_id: int, person: Person = signed_in(*SEES)) -> Response:
    """One claim: why, how much is left and how to pay it, its letters, and what was said.

    The invoice's latest, or with `?claim=` another that was withdrawn before it.
    """
    scope = query_params.scope_of(person).own
    with database_of(request).reading() as session:
        every = claim_queries.of_invoice(session, scope, invoice_id)
        found = _asked_for(request, every)
        context: dict[str, Any] = {
            "letters": letter_store.letters(session, found),
            "words_said": letter_store.said(session, found),
            "parts": part_store.of(session, found.number),
        }
    with whole_database_of(request).reading() as session:
        set_off = owed_queries.set_offs(session, [found]).get(found.number)
    has_left = set_off is not None and set_off.has_left
    return render(
        request,
        person,
        "economy/claim.html",
        tabs=tabs_of(person),
        claim=found,
        others=[each for each in every if each.number != found.number],
        may_dispute=person.may(SENDS) and found.state in STANDING and not has_left,
        set_off=set_off,
        today=today_of(request),
        **context,
    )


@router.get("/economy/claims/{invoice_id}/letters/{position}.pdf", dependencies=COSTLY)
def letter(request: Request, invoice_id: int, position: int, person: Person = signed_in(*SEES)) -> Response:
    """A demand or a reminder as it was sent."""
    scope = query_params.scope_of(person).own
    with database_of(request).reading() as session:
        found = _asked_for(request, claim_queries.of_invoice(session, scope, invoice_id))
        sent = {each.position: each for each in letter_store.letters(session, found)}
        if position not in sent:
            raise NotThere
        register = query_params.register_of(session)
    body = letter_pdf(found, sent[position], register, language_of(request, person))
    return query_params.download(body, f"claim-{found.number}-{position}.pdf", "application/pdf")


@router.post("/economy/claims/{invoice_id}/dispute")
def dispute(request: Request, invoice_id: int, person: Person = signed_in(SENDS)) -> Response:
    """The supplier says that it does not owe it, and why."""
    scope = query_params.scope_of(person).own
    words, today = text_of(request, "words"), today_of(request)
    with database_of(request).writing() as session:
        found = _latest(claim_queries.of_invoice(session, scope, invoice_id))
        steps.dispute(session, found.number, supplier=scope.supplier, by=person.id, words=words, today=today)
    said = Text(
        "Ert svar är sparat. Till dess köparen har svarat räknas beloppet inte av och ni påminns inte."
    )
    return see_other(f"/economy/claims/{invoice_id}", said)


def _asked_for(request: Request, claims: Sequence[SupplierClaim]) -> SupplierClaim:
    """The claim of an invoice that the address names by its number, or else the latest. Raises NotThere."""
    number = request.query_params.get("claim", "")
    return _latest([each for each in claims if each.number == number] if number else claims)


def _latest(claims: Sequence[SupplierClaim]) -> SupplierClaim:
    if not claims:
        raise NotThere
    return claims[-1]
