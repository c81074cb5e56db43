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
    account_words,
    amount_of,
    article_choices,
    article_words,
    day_of,
    download,
    people,
    staff_with,
    supplier_names,
    text_of,
)
from foundation.errors import NotThere
from foundation.identifiers import key_in
from foundation.money import Money, total
from foundation.text import JoinedText, Text
from invoicing.payment import (
    attest_right_store,
    attestation,
    export_store,
    payable_store,
    payment_store,
    proposal_store,
    proposals,
    repayments,
)
from invoicing.payment import export as payment_export
from invoicing.payment.attest_right_store import Reach
from invoicing.payment.attest_rights import AttestRefused
from invoicing.payment.bank_answers import bank_report_store, status_effects
from invoicing.payment.payable import PayableKind
from invoicing.payment.transfers import ProposalState
from operations.machine import clock_trust
from operations.payment_settings import debtor_of
from orders.register import store as register_store
from web.access import instant_of, settings_of, signed_in
from web.csrf import form_of
from web.pages import Page, database_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission
_AHEAD_DAYS = 30
_SIZE = 50
# Where a proposal is on its way, and which of its states stand there.
_STEPS = (
    (ProposalState.DRAFT, Text("Förberett")),
    (ProposalState.ATTESTED, Text("Attesterat")),
    (ProposalState.EXPORTED, Text("Skickat till banken")),
    (ProposalState.PAID, Text("Betalt")),
)


@router.get("/finance/payments")
def overview(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """What is to be paid now and soon, the proposals, and what suppliers owe."""
    today = today_of(request)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        due, due_amount = payable_store.due_sum(session, on=today)
        held_back = payable_store.held_back(session, register, on=today + timedelta(days=_AHEAD_DAYS))
        every_claim = payment_store.claims(session)
        asked_back = payment_store.asked_back(session)
        pages = {
            "held_page": Page.of(request, len(held_back), size=_SIZE, name="held"),
            "claims_page": Page.of(request, len(every_claim), size=_SIZE, name="claims"),
            "asked_page": Page.of(request, len(asked_back), size=_SIZE, name="asked"),
        }
        claims = pages["claims_page"].rows(every_claim)
        by_then, amount_by_then = payable_store.due_sum(session, on=today + timedelta(days=_AHEAD_DAYS))
        context: dict[str, Any] = {
            "due": due,
            "due_amount": due_amount,
            "held_back": pages["held_page"].rows(held_back),
            "ahead": by_then - due,
            "ahead_amount": amount_by_then - due_amount,
            "proposals": proposal_store.overviews(session),
            "findings": bank_report_store.open_findings(session),
            "claims": claims,
            "asked_back": pages["asked_page"].rows(asked_back),
            "noted": repayments.noted(session, claims),
            "taken_off": {
                each.invoice_id: proposal_store.netting(session, each.invoice_id) for each in claims
            },
            "people": people(session, register),
            "suppliers": supplier_names(register),
            **pages,
        }
    return render(request, person, "pay/payments.html", today=today, may=person.may(_P.FINANCE), **context)


@router.post("/finance/payments")
def propose(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Everything due by a day becomes a proposal."""
    pay_on = day_of(request, "pay_on", default=today_of(request))
    with database_of(request).writing() as session:
        register = register_store.load(session)
        made = proposals.propose(session, register, pay_on=pay_on, by=person.id, now=instant_of(request))
    said = Text(
        "Betalningsförslag %(proposal_number)s är gjort. Nu attesterar någon annan det.",
        proposal_number=made.number,
    )
    return see_other(f"/finance/payments/proposals/{made.number}", said)


@router.get("/finance/payments/proposals/{number}")
def proposal(request: Request, number: str, person: Person = signed_in(*READERS)) -> Response:
    """One proposal: what lies in it, who has attested, what has changed since, and its files."""
    with database_of(request).reading() as session:
        try:
            found = proposal_store.get(session, number)
        except proposal_store.ProposalUnknown:
            raise NotThere from None
        register = register_store.load(session)
        items = proposal_store.items(session, number)
        payables = payable_store.load(session, register, [each.key for each in items], pay_on=found.pay_on)
        changed = (
            attestation.changed(session, register, number)
            if found.state in (ProposalState.DRAFT, ProposalState.ATTESTED)
            else {}
        )
        files = export_store.about(session, number)
        names = people(session, register)
    live = [each for each in items if each.is_live]
    to_pay = total(each.amount for each in live if each.kind is PayableKind.INVOICE)
    taken_off = total(each.amount for each in live if each.kind is PayableKind.CREDIT)
    return render(
        request,
        person,
        "pay/proposal.html",
        proposal=found,
        items=items,
        payables=payables,
        changed=changed,
        files=files,
        people=names,
        account_words=account_words,
        status_words=status_effects.STATUS_WORDS,
        to_pay=to_pay - taken_off,
        taken_off=taken_off,
        steps=_STEPS,
        step=[state for state, _ in _STEPS].index(found.state)
        if found.state not in (ProposalState.WITHDRAWN, ProposalState.REFUSED)
        else -1,
        may_attest=person.may(_P.ATTEST)
        and found.state is ProposalState.DRAFT
        and person.id != found.prepared_by,
        is_own=person.id == found.prepared_by,
        may_export=person.may(_P.FINANCE) and found.state is ProposalState.ATTESTED and not changed,
        may_change=person.may(_P.FINANCE) and found.state in (ProposalState.DRAFT, ProposalState.ATTESTED),
    )


@router.post("/finance/payments/proposals/{number}/attest")
def attest(request: Request, number: str, person: Person = signed_in(_P.ATTEST)) -> Response:
    """Another person attests the rows chosen, as far as the rights reach."""
    only = {key for each in form_of(request).getlist("item") if (key := key_in(str(each))) is not None}
    with database_of(request).writing() as session:
        register = register_store.load(session)
        result = attestation.attest(
            session,
            register,
            _known(number),
            by=person.id,
            today=today_of(request),
            now=instant_of(request),
            only=only,
        )
    said = [Text("%(count)s rader är attesterade.", count=len(result.items))]
    if result.refused:
        refusal: AttestRefused = result.refused[0][1]
        said.append(
            Text(
                "%(count)s kunde du inte attestera. %(refusal)s",
                count=len(result.refused),
                refusal=refusal.text,
            )
        )
    if result.state is ProposalState.ATTESTED:
        said.append(Text("Förslaget kan skickas till banken."))
    return see_other(f"/finance/payments/proposals/{number}", JoinedText(" ", said))


@router.post("/finance/payments/proposals/{number}/changed")
def drop_changed(
    request: Request, number: str, person: Person = signed_in(_P.FINANCE, _P.ATTEST)
) -> Response:
    """Attests of what has changed since are dropped, so that it can be attested as it is now."""
    with database_of(request).writing() as session:
        register = register_store.load(session)
        dropped = attestation.drop_changed(
            session, register, _known(number), now=instant_of(request), by=person.id
        )
    said = Text(
        "%(dropped)s attester gäller inte längre och %(taken_out)s rader är uttagna.",
        dropped=len(dropped.dropped),
        taken_out=len(dropped.taken_out),
    )
    return see_other(f"/finance/payments/proposals/{number}", said)


@router.post("/finance/payments/proposals/{number}/export")
def export(request: Request, number: str, person: Person = signed_in(_P.FINANCE)) -> Response:
    """The attested proposal becomes files for the bank, once. What changed since the attest is dropped first."""
    database, now = database_of(request), instant_of(request)
    known = _known(number)
    debtor = debtor_of(settings_of(request))
    clock_trust.require_belief(database)
    with database.writing() as session:
        attestation.drop_changed(session, register_store.load(session), known, now=now)
    with database.writing() as session:
        register = register_store.load(session)
        plan = payment_export.export(session, register, number, debtor=debtor, by=person.id, now=now)
    said = Text(
        "Filen är gjord, med %(transfers)s betalningar till banken. Ladda ner den nedan.",
        transfers=len(plan.transfers),
    )
    return see_other(f"/finance/payments/proposals/{number}", said)


@router.post("/finance/payments/proposals/{number}/withdraw")
def withdraw(request: Request, number: str, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Nothing of the proposal is paid; its invoices may be proposed again."""
    with database_of(request).writing() as session:
        proposals.withdraw(session, _known(number), by=person.id)
    said = Text("Förslag %(number)s är återtaget.", number=number)
    return see_other("/finance/payments", said)


@router.post("/finance/payments/items/{item_id}/take-out")
def take_out(request: Request, item_id: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """One row is left out of its proposal."""
    with database_of(request).writing() as session:
        try:
            item = proposal_store.item_of(session, item_id)
        except proposal_store.ProposalUnknown:
            raise NotThere from None
        proposals.take_out(session, item_id, by=person.id)
    said = Text("Raden är uttagen och kan föreslås igen.")
    return see_other(f"/finance/payments/proposals/{item.proposal}", said)


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
            text_of(request, "supplier", most=20),
            text_of(request, "article", most=20),
            text_of(request, "area", most=60),
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


@router.post("/finance/payments/substitutes")
def substitute(request: Request, person: Person = signed_in(_P.BUYER_ADMIN)) -> Response:
    """An administrator proposes that somebody attests in another's place for a time; another confirms it."""
    content = staff_forms.substitute(
        stand_in=text_of(request, "substitute", most=80),
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
    about = text_of(request, "person", most=80)
    with database_of(request).writing() as session:
        changes.propose(session, kind, person=about, content=content, by=person.id, at=instant_of(request))
    return see_other("/finance/payments/rights", staff_changes.WAITS)


def _known(number: str) -> str:
    """A proposal's number as an address may hold it; nothing else is looked for."""
    if not (number.isascii() and number.isdigit() and len(number) <= 20):
        raise NotThere
    return number
