"""The buyer's rules: what holds now, its versions, trying a change on the last months, and saving it.

A change is tried before it can be saved: the page that shows its effect holds the save button. Limits of how
much a person may accept alone are set here by an administrator, never by the person.
"""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from fastapi import Request, Response

from accounts.identity import Permission, Person
from accounts.pages import staff_changes
from accounts.staff import changes
from accounts.staff.change_store import StaffChangeKind
from finance_desk.pages import judging_again, policy_form
from finance_desk.pages.paying_parts import article_choices, article_words, at, parsed_day
from finance_desk.pages.policy_words import (
    CONTROL_AMOUNTS,
    CONTROL_NUMBERS,
    CONTROL_WEIGHTS,
    CONTROLS_WEIGHED,
    DATE_WEIGHTS,
    DATES,
    DAYS,
    EARLY_APPROVALS,
    PAYMENT_STARTS,
    REPORT_APPROVALS,
    SWITCHES,
    Named,
)
from finance_desk.pages.policy_words import changes as policy_changes
from finance_desk.words import Names, cause_name, supplier_name
from foundation.errors import NotThere, Refused
from foundation.identifiers import key_in
from foundation.money import Money
from foundation.sql import Session
from foundation.text import Text, WrittenText
from invoicing.decisions import store as decision_store
from invoicing.matching.deviation_texts import verdict_name
from invoicing.matching.deviations import DeviationCode
from invoicing.verdicts import policy_replay, rejudging
from orders.placements import filed_queries, report_checks
from orders.placements.report_checks import ODDITY_WORDS
from orders.register import policy_store
from orders.register import store as register_store
from orders.register.agreements import EarlyApproval, Policy
from orders.register.register import Register, fingerprint, policy_from_json, policy_to_json
from orders.register.report_approval import ReportApproval
from orders.register.tolerances import Tolerance
from web.access import instant_of, signed_in
from web.csrf import form_of
from web.pages import database_of, language_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission
_READERS = (_P.FINANCE, _P.BUYER_ADMIN, _P.AUDIT)
_CHANGERS = (_P.FINANCE, _P.BUYER_ADMIN)
_MONTHS = 6
_REPORTS_TRIED = 500
# What only parks, holds or is noted, and what credit notes are judged by: no credit is asked for these.
_NO_QUESTION = frozenset(
    {
        DeviationCode.NOT_RECEIVED,
        DeviationCode.PAYEE,
        DeviationCode.PAYEE_ACCOUNT,
        # A person judges it, always.
        DeviationCode.LATE_PAYMENT_CLAIM,
        DeviationCode.DUE_DATE,
        DeviationCode.EXECUTION_REFERENCE,
        DeviationCode.CONTRACT,
        DeviationCode.ALREADY_CREDITED,
        *(code for code in DeviationCode if code.startswith("CREDIT_")),
    }
)


@router.get("/finance/policies")
def policies(request: Request, person: Person = signed_in(*_READERS)) -> Response:
    """What holds, what comes, what held, and each person's limit."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
        names = Names(session, register.buyer)
        officers = names.who_may(_P.FINANCE)
        return render(
            request,
            person,
            "desk/policies.html",
            policy=register.policy,
            mark=fingerprint(register.policy),
            versions=policy_store.versions(session),
            names=names,
            limits=[(key, name, decision_store.limit_of(session, key)) for key, name in officers],
            may_change=person.may(*_CHANGERS),
            may_judge=person.may(_P.FINANCE),
            may_limit=person.may(_P.BUYER_ADMIN),
            **_shown(register),
        )


@router.get("/finance/policies/change")
def change(request: Request, person: Person = signed_in(*_CHANGERS)) -> Response:
    """The form, with what holds now."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
    return render(
        request,
        person,
        "desk/policy_change.html",
        policy=register.policy,
        mark=fingerprint(register.policy),
        rows=[*register.policy.tolerances, *(Tolerance() for _ in range(3))],
        days=[(name, words, getattr(register.policy, name)) for name, words in DAYS],
        switches=[(name, words, getattr(register.policy, name)) for name, words in SWITCHES],
        # What was done before there was a choice is kept where it holds, and chosen nowhere.
        early_approvals=[
            (value, words)
            for value, words in EARLY_APPROVALS.items()
            if value in (EarlyApproval.UP_TO_APPROVAL, EarlyApproval.REFUSED, register.policy.early_approval)
        ],
        approvals=[(value, words) for value, words in REPORT_APPROVALS.items()],
        payment_starts=list(PAYMENT_STARTS.items()),
        dates=[(name, words, getattr(register.policy, name)) for name, words in DATES],
        date_weights=list(DATE_WEIGHTS.items()),
        control_fields=[
            (name, words, str(getattr(register.policy.payment_controls, name)).replace(".", ","))
            for name, words in (*CONTROL_AMOUNTS, *CONTROL_NUMBERS)
        ],
        controls_weighed=[
            (name, words, getattr(register.policy.payment_controls, name)) for name, words in CONTROLS_WEIGHED
        ],
        control_weights=list(CONTROL_WEIGHTS.items()),
        suppliers=[(each.organisation_number, each.name) for each in register.suppliers],
        articles=article_choices(register),
        causes=[(code.value, cause_name(code.value)) for code in DeviationCode if code not in _NO_QUESTION],
        today=today_of(request),
        plain=lambda value: str(value).replace(".", ","),
    )


@router.post("/finance/policies/try")
def attempt(request: Request, person: Person = signed_in(*_CHANGERS)) -> Response:
    """What the change would have done to the last months' invoices; nothing is saved."""
    form = {key: str(value) for key, value in form_of(request).items()}
    language = language_of(request, person)
    today = today_of(request)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        causes = [str(each) for each in form_of(request).getlist("automatic_credit")]
        policy = policy_form.read(form, causes, register)
        valid_from = at("valid_from", parsed_day, form.get("valid_from", "") or today.isoformat())
        # What cannot be saved is told before it is tried, while the form still stands.
        reason = policy_store.makeable(
            session, valid_from=valid_from, reason=form.get("reason", ""), today=today
        )
        since = today - timedelta(days=31 * _MONTHS)
        effect = policy_replay.replay(session, register, policy, since=since)
        # Only what holds at once can judge at once, and only those who work the queue judge.
        at_once = person.may(_P.FINANCE) and valid_from <= today
        accepts = rejudging.would_accept(session, register, policy) if at_once else []
        return render(
            request,
            person,
            "desk/policy_try.html",
            effect=effect,
            counts=[
                (verdict_name(before), verdict_name(after), many, amount)
                for (before, after), (many, amount) in effect.counts().items()
            ],
            verdict=verdict_name,
            cause_name=cause_name,
            supplier_name=lambda number: supplier_name(register, number),
            body=policy_to_json(policy),
            mark=form.get("mark", ""),
            valid_from=valid_from,
            reason=reason,
            accepts=accepts,
            accepts_sum=judging_again.sum_of([each.amount_payable for each in accepts], register.buyer),
            key=secrets.token_urlsafe(16),
            reports=_reports_tried(session, policy, since)
            if _tries_reports(policy, register.policy)
            else None,
            same=policy == register.policy,
            changes=policy_changes(register.policy, policy, language, _named(register)),
        )


@router.post("/finance/policies")
def save(request: Request, person: Person = signed_in(*_CHANGERS)) -> Response:
    """Keep the version that was tried."""
    form = {key: str(value) for key, value in form_of(request).items()}
    try:
        policy = policy_from_json(form.get("body", ""))
        valid_from = date.fromisoformat(form.get("valid_from", ""))
    except ValueError as error:
        raise Refused(Text("Ändringen gick inte att läsa. Gör den igen.")) from error
    with database_of(request).writing() as session:
        policy_store.make(
            session,
            policy,
            valid_from=valid_from,
            reason=form.get("reason", ""),
            by=person.id,
            at=database_of(request).clock(),
            today=today_of(request),
            instead_of=form.get("mark", ""),
        )
    said = Text("Reglerna är sparade.")
    if "again" not in form or not person.may(_P.FINANCE):
        return see_other("/finance/policies", said)
    ids = [key for each in form_of(request).getlist("id") if (key := key_in(str(each))) is not None]
    number = judging_again.judge(request, person, ids, key=form.get("key", ""))
    return see_other(f"/finance/policies/again/{number}", said)


@router.post("/finance/policies/limits")
def limit(request: Request, person: Person = signed_in(_P.BUYER_ADMIN)) -> Response:
    """Set how large a difference a person may accept alone: lower at once, higher when another has confirmed it."""
    form = {key: str(value) for key, value in form_of(request).items()}
    amount = policy_form.number(form.get("limit", ""), "limit")
    if amount is None or amount < 0:
        raise Refused(Text("Ange ett belopp som 500 eller 500,00.")).at("limit")
    with database_of(request).writing() as session:
        register = register_store.load(session)
        if form.get("person") not in dict(Names(session, register.buyer).who_may(_P.FINANCE)):
            raise Refused(Text("Välj en handläggare i listan.")).at("person")
        limit_of = Money(amount.quantize(Decimal("0.01")), register.buyer.currency)
        now = decision_store.limit_of(session, form["person"], currency=register.buyer.currency)
        if now is None or limit_of.amount > now.amount:
            changes.propose(
                session,
                StaffChangeKind.ACCEPT_LIMIT,
                person=form["person"],
                content={"limit": str(limit_of.amount)},
                by=person.id,
                at=instant_of(request),
            )
            return see_other("/finance/policies", staff_changes.WAITS)
        decision_store.set_limit(session, form["person"], limit_of, by=person.id, on=today_of(request))
    return see_other("/finance/policies", Text("Gränsen är satt."))


@router.post("/finance/policies/{number}/withdraw")
def withdraw(request: Request, number: int, person: Person = signed_in(*_CHANGERS)) -> Response:
    """Take back a version that does not hold yet."""
    with database_of(request).writing() as session:
        if all(each.id != number for each in policy_store.versions(session)):
            raise NotThere
        policy_store.withdraw(session, number, by=person.id)
    return see_other("/finance/policies", Text("Versionen är tillbakatagen."))


@router.get("/finance/policies/used/{mark}")
def used(
    request: Request, mark: str, person: Person = signed_in(*_READERS, _P.ATTEST, _P.PROTECTED)
) -> Response:
    """The policy that a match was made by."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
        policy = policy_store.used(session, mark)
        if policy is None:
            raise NotThere
        return render(
            request,
            person,
            "desk/policy_used.html",
            policy=policy,
            mark=mark,
            now=policy == register.policy,
            **_shown(register),
        )


def _named(register: Register) -> Named:
    words = article_words(register)
    return Named(
        lambda number: supplier_name(register, number), lambda text: words.get(text, WrittenText(text))
    )


def _shown(register: Register) -> dict[str, Any]:
    return {
        "own_approvals": [
            (each.name.text, REPORT_APPROVALS[each.report_approval])
            for each in register.services
            if each.report_approval is not None
        ],
        "days": DAYS,
        "switches": SWITCHES,
        "approvals": REPORT_APPROVALS,
        "early_approvals": EARLY_APPROVALS,
        "payment_starts": PAYMENT_STARTS,
        "dates": DATES,
        "date_weights": DATE_WEIGHTS,
        "control_numbers": (*CONTROL_AMOUNTS, *CONTROL_NUMBERS),
        "controls_weighed": CONTROLS_WEIGHED,
        "control_weights": CONTROL_WEIGHTS,
        "cause_name": cause_name,
        "supplier_name": _named(register).supplier,
        "article_name": lambda text: _named(register).article(text) if text else "",
    }


def _tries_reports(policy: Policy, now: Policy) -> bool:
    """Whether the change lets reports through, or other ones than now."""
    judged = (policy.report_approval, policy.days_until_report_reminder)
    return policy.report_approval is ReportApproval.WHEN_NOTHING_IS_ODD and judged != (
        now.report_approval,
        now.days_until_report_reminder,
    )


def _reports_tried(
    session: Session, policy: Policy, since: date
) -> tuple[int, int, Sequence[tuple[Text, int]]]:
    """Of the last months' reports: how many, how many with nothing odd, and how many each check stopped."""
    held = filed_queries.since(session, since, days=policy.days_until_report_reminder, limit=_REPORTS_TRIED)
    through, stopped = report_checks.tried(held)
    return len(held), through, [(ODDITY_WORDS[each], many) for each, many in stopped.items()]
