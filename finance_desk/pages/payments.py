"""Attest and payment: what is to be paid, proposals, attest by another person, files for the bank, rights to attest."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from fastapi import Request, Response

from accounts.identity import Permission, Person
from accounts.pages import staff_changes
from accounts.staff import changes, staff_forms
from accounts.staff.change_store import StaffChangeKind
from finance_desk.pages.paying_parts import (
    READERS,
    amount_of,
    article_choices,
    article_words,
    begun_after,
    day_of,
    download,
    people,
    staff_with,
    supplier_names,
)
from foundation.errors import NotThere
from foundation.money import Money
from foundation.text import Text
from invoicing.claims import claim_store, outstanding_queries, owed_queries
from invoicing.claims.claim_states import OPEN
from invoicing.payment import (
    attest_right_store,
    export_store,
    held_parts,
    payable_store,
    payment_store,
    proposal_store,
    proposals,
    repayment_store,
)
from invoicing.payment.attest_right_store import Given, Reach
from invoicing.payment.bank_answers import bank_report_store
from operations.background import asking, task_store
from operations.background.tasks import KIND_WORDS
from orders.register import store as register_store
from web.access import instant_of, signed_in
from web.guards.form_fields import text_of
from web.pages import Page, database_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission
_AHEAD_DAYS = 30
_HELD, _LOOKED_AT = 10, 1000
_SIZE = 50


@router.get("/finance/payments")
def overview(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """What is to be paid now and soon, the proposals, and what suppliers owe."""
    today = today_of(request)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        due, due_amount = payable_store.due_sum(session, on=today)
        soon = today + timedelta(days=_AHEAD_DAYS)
        # So many as a glance needs; the rest has a page of its own.
        held = held_parts.part(session, register, on=soon, rows_most=_HELD, looked_at_most=_LOOKED_AT)
        asked_back = payment_store.asked_back(session)
        pages = {
            "proposals_page": Page.of(request, proposal_store.count(session), size=_SIZE, name="proposals"),
            "claims_page": Page.of(
                request, outstanding_queries.count(session, OPEN), size=_SIZE, name="claims"
            ),
            "asked_page": Page.of(request, len(asked_back), size=_SIZE, name="asked"),
        }
        claims = claim_store.listed(session, limit=_SIZE, offset=pages["claims_page"].offset)
        by_then, amount_by_then = payable_store.due_sum(session, on=soon)
        context: dict[str, Any] = {
            "due": due,
            "due_amount": due_amount,
            "held": held,
            "ahead": by_then - due,
            "ahead_amount": amount_by_then - due_amount,
            "proposals": proposal_store.overviews(
                session, limit=_SIZE, offset=pages["proposals_page"].offset
            ),
            "findings": bank_report_store.open_findings(session),
            "claims": claims,
            "work": task_store.going_on(session),
            "asked_back": pages["asked_page"].rows(asked_back),
            "noted": repayment_store.waiting(session, [each.invoice_id for each in claims]),
            "set_off": owed_queries.set_offs(session, claims),
            "people": people(session, register),
            "suppliers": supplier_names(register),
            **pages,
        }
    return render(
        request,
        person,
        "pay/payments.html",
        today=today,
        what_of=KIND_WORDS,
        may=person.may(_P.FINANCE),
        **context,
    )


@router.get("/finance/payments/held")
def held(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """What has come to its day, or will within thirty days, and is not paid; each with its reason."""
    soon = today_of(request) + timedelta(days=_AHEAD_DAYS)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        found = held_parts.part(session, register, on=soon, after=begun_after(request))
    return render(request, person, "pay/held.html", held=found, begun=begun_after(request))


@router.post("/finance/payments")
def propose(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Everything due by a day becomes a proposal."""
    pay_on = day_of(request, "pay_on", default=today_of(request))
    with database_of(request).writing() as session:
        if payable_store.due_sum(session, on=pay_on)[0] > asking.LARGE:
            task = asking.to_propose(
                session, pay_on=pay_on, by=person.id, at=instant_of(request), permission=_P.FINANCE
            )
            return see_other(f"/finance/payments/tasks/{task}")
        register = register_store.load(session)
        made = proposals.propose(session, register, pay_on=pay_on, by=person.id, now=instant_of(request))
    said = Text(
        "Betalningsförslag %(proposal_number)s är gjort. Nu attesterar någon annan det.",
        proposal_number=made.number,
    )
    return see_other(f"/finance/payments/proposals/{made.number}", said)


@router.get("/finance/payments/files/{file_id}")
def file(request: Request, file_id: int, person: Person = signed_in(*READERS)) -> Response:
    """A file as it left us: the same bytes each time."""
    with database_of(request).reading() as session:
        try:
            found, body = export_store.named(session, file_id)
        except export_store.FileUnknown:
            raise NotThere from None
    return download(body, name=found.name, media_type=found.media_type)


@router.get("/finance/payments/rights")
def rights(request: Request, person: Person = signed_in(*READERS, _P.BUYER_ADMIN)) -> Response:
    """Who may attest what, and who stands in for whom."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
        context: dict[str, Any] = {
            "rights": attest_right_store.rights(session),
            "substitutions": attest_right_store.substitutions(session),
            "people": people(session, register),
            "attesters": staff_with(session, register, _P.ATTEST),
            "suppliers": supplier_names(register),
            "areas": [(each.id, each.name) for each in register.areas],
        }
    return render(
        request,
        person,
        "pay/rights.html",
        today=today_of(request),
        articles=article_choices(register),
        article_words=article_words(register),
        money_of=Money,
        sees_all=person.may(*READERS),
        may=person.may(_P.BUYER_ADMIN),
        **context,
    )


@router.post("/finance/payments/rights")
def give_right(request: Request, person: Person = signed_in(_P.BUYER_ADMIN)) -> Response:
    """An administrator proposes that a person may attest; another confirms it."""
    last = text_of(request, "valid_to")
    content = staff_forms.attest_right(
        limit=amount_of(request, "limit"),
        valid_from=day_of(request, "valid_from", default=today_of(request)),
        valid_to=day_of(request, "valid_to") if last else None,
        reach=Reach(
            text_of(request, "supplier", longest=20),
            text_of(request, "article", longest=20),
            text_of(request, "area", longest=60),
        ),
    )
    return _proposed(request, person, StaffChangeKind.ATTEST_RIGHT, content)


@router.post("/finance/payments/rights/{right_id}/end")
def end_right(request: Request, right_id: int, person: Person = signed_in(_P.BUYER_ADMIN)) -> Response:
    """A right ends today."""
    with database_of(request).writing() as session:
        attest_right_store.end(session, right_id, last_day=today_of(request), by=person.id)
    said = Text("Attesträtten gäller till och med i dag.")
    return see_other("/finance/payments/rights", said)


@router.post("/finance/payments/rights/{right_id}/confirm")
def confirm_right(request: Request, right_id: int, person: Person = signed_in(_P.BUYER_ADMIN)) -> Response:
    """A right that one person gave alone, before it took two, is confirmed by another."""
    return _confirmed(request, person, Given.RIGHT, right_id)


@router.post("/finance/payments/substitutes/{substitute_id}/confirm")
def confirm_substitute(
    request: Request, substitute_id: int, person: Person = signed_in(_P.BUYER_ADMIN)
) -> Response:
    """A substitute whom one person let in alone is confirmed by another."""
    return _confirmed(request, person, Given.SUBSTITUTE, substitute_id)


def _confirmed(request: Request, person: Person, kind: Given, key: int) -> Response:
    with database_of(request).writing() as session:
        changes.confirm_given(session, kind, key, by=person.id, at=instant_of(request))
    return see_other("/finance/payments/rights", Text("Bekräftat: det gäller nu."))


@router.post("/finance/payments/substitutes")
def substitute(request: Request, person: Person = signed_in(_P.BUYER_ADMIN)) -> Response:
    """An administrator proposes that somebody attests in another's place for a time; another confirms it."""
    content = staff_forms.substitute(
        stand_in=text_of(request, "substitute", longest=80),
        valid_from=day_of(request, "valid_from", default=today_of(request)),
        valid_to=day_of(request, "valid_to"),
    )
    return _proposed(request, person, StaffChangeKind.SUBSTITUTE, content)


@router.post("/finance/payments/substitutes/{substitute_id}/end")
def end_substitute(
    request: Request, substitute_id: int, person: Person = signed_in(_P.BUYER_ADMIN)
) -> Response:
    """A substitute stands in no longer than today; one administrator is enough to take that away."""
    with database_of(request).writing() as session:
        attest_right_store.end_substitute(session, substitute_id, last_day=today_of(request), by=person.id)
    return see_other("/finance/payments/rights", Text("Ersättaren gäller till och med i dag."))


def _proposed(
    request: Request, person: Person, kind: StaffChangeKind, content: Mapping[str, str]
) -> Response:
    about = text_of(request, "person", longest=80)
    with database_of(request).writing() as session:
        changes.propose(session, kind, person=about, content=content, by=person.id, at=instant_of(request))
    return see_other("/finance/payments/rights", staff_changes.WAITS)
