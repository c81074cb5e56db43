"""The page of accounting rules: those in force, a text to try on a month, and versions with their two people."""

from typing import Any

from fastapi import Request, Response

from accounts.identity import Permission, Person
from bookkeeping import accounting_rule_store, rule_changes
from bookkeeping.accounting_rule_store import NoRulesVersion, RulesState
from bookkeeping.coding import Dimension
from bookkeeping.first_rules import first_rules
from bookkeeping.rule_changes import RulesStep
from finance_desk.pages.paying_parts import READERS, parsed_month, people
from foundation.errors import NotThere
from foundation.periods import Month
from foundation.text import Text
from operations.payment_settings import ledger_of
from orders.register import store as register_store
from orders.register.service_names import article_names
from web.access import instant_of, settings_of, signed_in
from web.guards.form_fields import text_of
from web.pages import database_of, pages_router, render, see_other, today_of

_P = Permission
_PATH = "/finance/reconciliation/rules"
_MOST = 200_000
router = pages_router()

_SAID = {
    RulesStep.CONFIRM: Text("Reglerna gäller nu. Det som bokförs härefter konteras av dem."),
    RulesStep.REFUSE: Text("Förslaget är borttaget. Reglerna är som förut."),
}


@router.get(_PATH)
def rules(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """The rules in force as text, and every version there has been."""
    return _page(request, person)


@router.post(f"{_PATH}/try")
def try_out(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """What the text would have made of a month, and nothing saved."""
    content, month = _content(request), parsed_month(text_of(request, "month"))
    with database_of(request).reading() as session:
        tried = rule_changes.try_out(session, ledger_of(settings_of(request)), content, month=month)
    return _page(request, person, content=content, tried=tried)


@router.post(_PATH)
def propose(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """A version waits for a second person."""
    with database_of(request).writing() as session:
        rule_changes.propose(
            session,
            ledger_of(settings_of(request)),
            _content(request),
            month=parsed_month(text_of(request, "month")),
            reason=text_of(request, "reason"),
            by=person.id,
            now=instant_of(request),
        )
    return see_other(_PATH, Text("Föreslaget. En annan person inför reglerna."))


@router.post(f"{_PATH}/{{number}}/{{what}}")
def step(
    request: Request, number: int, what: RulesStep, person: Person = signed_in(_P.FINANCE, _P.ATTEST)
) -> Response:
    """A second person puts a version in force, or somebody takes it away."""
    with database_of(request).writing() as session:
        try:
            rule_changes.step(session, number, what, by=person.id, now=instant_of(request))
        except NoRulesVersion:
            raise NotThere from None
    return see_other(_PATH, _SAID[what])


def _page(
    request: Request, person: Person, *, content: str = "", tried: rule_changes.Tried | None = None
) -> Response:
    today = Month.of(today_of(request))
    before = Month(today.year - 1, 12) if today.month == 1 else Month(today.year, today.month - 1)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        current = accounting_rule_store.in_state(session, RulesState.IN_FORCE)
        waiting = accounting_rule_store.in_state(session, RulesState.PROPOSED)
        begins = (
            current.content
            if current
            else first_rules(ledger_of(settings_of(request)), article_names(register.services))
        )
        context: dict[str, Any] = {
            "current": current,
            "waiting": waiting,
            "versions": accounting_rule_store.versions(session),
            "people": people(session, register),
            "currency": register.buyer.currency,
        }
    return render(
        request,
        person,
        "pay/rules.html",
        content=content or begins,
        tried=tried,
        month_tried=tried.month if tried else before,
        dimensions=list(Dimension),
        may_ask=person.may(_P.FINANCE),
        may_step=person.may(_P.FINANCE, _P.ATTEST),
        me=person.id,
        **context,
    )


def _content(request: Request) -> str:
    """The text as it was written, with the ends of lines of files."""
    return text_of(request, "content", longest=_MOST).replace("\r\n", "\n") + "\n"
