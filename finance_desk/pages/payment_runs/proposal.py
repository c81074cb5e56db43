"""One proposal: what lies in it page by page, how far the reader's right reaches, attest, file, taking out."""

from decimal import Decimal

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk.pages.paying_parts import READERS, account_words, people, supplier_names
from finance_desk.pages.payment_runs.proposal_parts import groups_of, reached
from foundation.errors import NotThere
from foundation.identifiers import key_in
from foundation.money import Money, total
from foundation.text import JoinedText, Text
from invoicing.payment import attestation, export_store, payable_store, proposal_store, proposals
from invoicing.payment import export as payment_export
from invoicing.payment.bank_answers import status_effects
from invoicing.payment.payable import REFERENCE_MAX, PayableKind
from invoicing.payment.runs import portion_store, proposal_queries, reach_queries
from invoicing.payment.runs.proposal_queries import SHOW_WORDS, Show
from invoicing.payment.transfers import LIVE, ItemState, ProposalState
from operations.background import asking, task_store
from operations.background.payment_runs import proposal_about
from operations.machine import clock_trust
from operations.payment_settings import debtor_of
from orders.register import store as register_store
from web.access import instant_of, settings_of, signed_in
from web.csrf import form_of
from web.guards.form_fields import text_of
from web.pages import Page, database_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission
ROWS_A_PAGE = 100
LOOKED_THROUGH = 500
"""A proposal of so many rows is compared with the books whole when it is shown; of a larger one the page's rows are."""

# Where a proposal is on its way, and which of its states stand there.
_STEPS = (
    (ProposalState.DRAFT, Text("Förberett")),
    (ProposalState.ATTESTED, Text("Attesterat")),
    (ProposalState.EXPORTED, Text("Skickat till banken")),
    (ProposalState.PAID, Text("Betalt")),
)
_UNDECIDED = (ProposalState.DRAFT, ProposalState.ATTESTED)


@router.get("/finance/payments/proposals/{number}")
def proposal(request: Request, number: str, person: Person = signed_in(*READERS)) -> Response:
    """One proposal: what lies in it, who has attested, what has changed since, and its files."""
    with database_of(request).reading() as session:
        try:
            found = proposal_store.get(session, number)
        except proposal_store.ProposalUnknown:
            raise NotThere from None
        register = register_store.load(session)
        attests = person.may(_P.ATTEST) and found.state is ProposalState.DRAFT
        today = today_of(request)
        reach = reach_queries.reach(session, found, person.id, on=today) if attests else None
        sums = proposal_queries.sums(session, number, reach)
        show, supplier = _show(request, attests=attests), request.query_params.get("supplier", "")
        groups = groups_of(sums, register, show=show)
        shown = [each for each in groups if supplier in ("", each.supplier)]
        page = Page.of(request, sum(each.count for each in shown), size=ROWS_A_PAGE)
        items = proposal_queries.rows(
            session,
            number,
            [(each.supplier, each.count) for each in shown],
            show=show,
            reach=reach,
            offset=page.offset,
            limit=page.size,
        )
        payables = payable_store.terms(session, register, [each.key for each in items], pay_on=found.pay_on)
        live = sum(each.count for each in sums if each.state in LIVE)
        changed: dict[int, str] = {}
        if found.state in _UNDECIDED:
            changed = (
                attestation.changed(session, register, number)
                if live <= LOOKED_THROUGH
                else attestation.changed_among(session, register, found, items)
            )
        files = export_store.about(session, number)
        going_on = task_store.standing(session, proposal_about(number))
        names = people(session, register)
        fingerprint = portion_store.fingerprint_of(found, sums) if attests else ""
        limits = reach_queries.limits(session, person.id, on=today) if attests else []
    living = [each for each in sums if each.state in LIVE]
    currency = register.buyer.currency
    reach_told = reached(sums, currency) if attests else []
    within = next((each for each in reach_told if each.why == reach_queries.WITHIN), None)
    return render(
        request,
        person,
        "pay/proposal.html",
        proposal=found,
        items=items,
        payables=payables,
        reference_max=REFERENCE_MAX,
        changed=changed,
        refreshed=sum(each.count for each in sums if each.is_shown(Show.CHANGED)),
        files=files,
        going_on=going_on,
        people=names,
        account_words=account_words,
        status_words=status_effects.STATUS_WORDS,
        to_pay=proposal_queries.to_pay(living, currency=currency),
        taken_off=total(
            (each.amount for each in living if each.kind is PayableKind.CREDIT), currency=currency
        ),
        count=sum(each.count for each in sums),
        waiting=sum(each.count for each in sums if each.state is ItemState.PROPOSED),
        page=page,
        groups={each.supplier: each for each in shown},
        suppliers=[("", Text("Alla leverantörer")), *((each.supplier, each.name) for each in groups)],
        supplier=supplier,
        shows=[(each.value, words) for each, words in SHOW_WORDS.items() if attests or each not in _REACHED],
        show=show.value,
        fingerprint=fingerprint,
        limits=limits,
        money_of=lambda amount: Money(amount, currency),
        names=supplier_names(register),
        zero=Decimal("0.00"),
        within=within,
        outside=[each for each in reach_told if each.why != reach_queries.WITHIN],
        steps=_STEPS,
        step=[state for state, _ in _STEPS].index(found.state)
        if found.state in [state for state, _ in _STEPS]
        else -1,
        may_attest=attests and person.id != found.prepared_by,
        is_own=person.id == found.prepared_by,
        may_export=person.may(_P.FINANCE) and found.state is ProposalState.ATTESTED and not changed,
        may_change=person.may(_P.FINANCE) and found.state in _UNDECIDED,
    )


@router.post("/finance/payments/proposals/{number}/attest")
def attest(request: Request, number: str, person: Person = signed_in(_P.ATTEST)) -> Response:
    """Another person attests the rows chosen, or all of them, as far as the rights reach."""
    every = text_of(request, "every") == "yes"
    chosen = {key for each in form_of(request).getlist("item") if (key := key_in(str(each))) is not None}
    wanted = known(number)
    with database_of(request).writing() as session:
        if every and asking.is_large(session, wanted):
            task = asking.to_attest(
                session,
                wanted,
                shown=text_of(request, "shown", longest=64),
                day=today_of(request),
                by=person.id,
                at=instant_of(request),
                permission=_P.ATTEST,
            )
            return see_other(f"/finance/payments/tasks/{task}")
        register = register_store.load(session)
        result = attestation.attest(
            session,
            register,
            wanted,
            by=person.id,
            today=today_of(request),
            now=instant_of(request),
            only=None if every else chosen,
            shown=text_of(request, "shown", longest=64),
        )
    said = [Text("%(count)s rader är attesterade.", count=len(result.items))]
    if result.refused:
        refusal = result.refused[0][1]
        said.append(
            Text(
                "%(count)s kunde du inte attestera. %(refusal)s",
                count=len(result.refused),
                refusal=refusal.text,
            )
        )
    if result.changed:
        said.append(
            Text(
                "%(count)s har ändrats sedan förslaget gjordes och väntar: se hur de är nu, och attestera dem.",
                count=len(result.changed),
            )
        )
    if result.gone:
        said.append(Text("%(count)s ska inte längre betalas och är uttagna.", count=len(result.gone)))
    if result.state is ProposalState.ATTESTED:
        said.append(Text("Förslaget kan skickas till banken."))
    path = f"/finance/payments/proposals/{number}"
    return see_other(path, JoinedText(" ", said), is_short=result.left_over > 0)


@router.post("/finance/payments/proposals/{number}/changed")
def drop_changed(
    request: Request, number: str, person: Person = signed_in(_P.FINANCE, _P.ATTEST)
) -> Response:
    """Attests of what has changed since are dropped, so that it can be attested as it is now."""
    wanted = known(number)
    with database_of(request).writing() as session:
        if asking.is_large(session, wanted):
            permission = _P.FINANCE if person.may(_P.FINANCE) else _P.ATTEST
            task = asking.to_look_through(
                session, wanted, by=person.id, at=instant_of(request), permission=permission
            )
            return see_other(f"/finance/payments/tasks/{task}")
        register = register_store.load(session)
        dropped = attestation.drop_changed(session, register, wanted, now=instant_of(request), by=person.id)
    said = Text(
        "%(dropped)s rader är ändrade och måste attesteras så som de är nu, och %(taken_out)s rader är uttagna.",
        dropped=len(dropped.dropped),
        taken_out=len(dropped.taken_out),
    )
    return see_other(f"/finance/payments/proposals/{number}", said)


@router.post("/finance/payments/proposals/{number}/export")
def export(request: Request, number: str, person: Person = signed_in(_P.FINANCE)) -> Response:
    """The attested proposal becomes files for the bank, once. What changed since the attest is dropped first."""
    database, now = database_of(request), instant_of(request)
    wanted = known(number)
    debtor = debtor_of(settings_of(request))
    clock_trust.require_belief(database)
    with database.writing() as session:
        if asking.is_large(session, wanted):
            task = asking.to_export(session, wanted, by=person.id, at=now, permission=_P.FINANCE)
            return see_other(f"/finance/payments/tasks/{task}")
        attestation.drop_changed(session, register_store.load(session), wanted, now=now)
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
        proposals.withdraw(session, known(number), by=person.id)
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


_REACHED = (Show.WITHIN, Show.OUTSIDE)


def _show(request: Request, *, attests: bool) -> Show:
    asked = request.query_params.get("show", "")
    show = Show(asked) if asked in set(Show) else Show.ALL
    return show if attests or show not in _REACHED else Show.ALL


def known(number: str) -> str:
    """A proposal's number as an address may hold it; nothing else is looked for."""
    if not (number.isascii() and number.isdigit() and len(number) <= 20):
        raise NotThere
    return number
