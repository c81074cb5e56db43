"""Results, bonuses and supplements: what could not be ordered and why, what waits, and what was ordered or taken back.

What is stuck is tried again or dropped here, and what was approved is taken back; an event does the same.
"""

from typing import Any

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk.words import supplier_name
from foundation.text import Text
from operations import result_judging
from operations.report_judging import Hand
from orders.placements import plan_queries
from orders.placements import store as placement_store
from orders.placements.plan_queries import PlanPart
from orders.register import store as register_store
from web.access import signed_in
from web.csrf import form_of
from web.pages import Page, database_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission
_READERS = (_P.OFFICER, _P.FINANCE, _P.AUDIT)
_ACTORS = (_P.OFFICER, _P.FINANCE)
_SIZE = 25
_PARTS = {
    PlanPart.STUCK: Text("Kunde inte beställas"),
    PlanPart.WAITING: Text("Väntar på sin dag"),
    PlanPart.PLACED: Text("Beställda"),
    PlanPart.FALLEN: Text("Utgångna och återtagna"),
}


@router.get("/finance/results")
def results(request: Request, person: Person = signed_in(*_READERS)) -> Response:
    """The planned orders of one part, of one execution reference where that is asked for."""
    reference = request.query_params.get("reference", "")[:60].strip()
    with database_of(request).reading() as session:
        register = register_store.load(session)
        counts = {part: plan_queries.count(session, part, reference=reference) for part in PlanPart}
        asked = request.query_params.get("part", "")
        part = PlanPart(asked) if asked in PlanPart.__members__ else _first(counts)
        page = Page.of(request, counts[part], size=_SIZE)
        found = plan_queries.listed(session, part, reference=reference, limit=page.size, offset=page.offset)
        placements = {
            each: placement_store.get(session, each) for each in {plan.execution_reference for plan in found}
        }
    context: dict[str, Any] = {
        "rows": [(plan, placements[plan.execution_reference]) for plan in found],
        "parts": [(each, words, counts[each]) for each, words in _PARTS.items()],
        "part": part,
        "reference": reference,
        "page": page,
        "may_act": person.may(*_ACTORS),
        "supplier_name": lambda number: supplier_name(register, number) or number,
        "service_of": lambda placement: register.service(placement.service),
        "has_later": lambda plan, placement: (
            plan.stage in register.service(placement.service).stage_codes[:-1]
        ),
    }
    return render(request, person, "desk/results.html", **context)


@router.post("/finance/results/{planned_id}/again")
def again(request: Request, planned_id: int, person: Person = signed_in(*_ACTORS)) -> Response:
    """Try to place an order that could not be placed on its day."""
    with database_of(request).writing() as session:
        order = result_judging.try_again(
            session, register_store.load(session), planned_id, _hand(request, person)
        )
    return see_other(_back(request), Text("Order %(number)s är lagd.", number=order.number))


@router.post("/finance/results/{planned_id}/drop")
def drop(request: Request, planned_id: int, person: Person = signed_in(*_ACTORS)) -> Response:
    """Let an order that waits never be placed."""
    with database_of(request).writing() as session:
        result_judging.drop(session, planned_id, _hand(request, person))
    return see_other(_back(request), Text("Ordern utgår. Den läggs bara om resultatet godkänns på nytt."))


@router.post("/finance/results/{planned_id}/revoke")
def revoke(request: Request, planned_id: int, person: Person = signed_in(*_ACTORS)) -> Response:
    """Take back the approval behind an order."""
    with database_of(request).writing() as session:
        result_judging.revoke(session, register_store.load(session), planned_id, _hand(request, person))
    return see_other(
        _back(request),
        Text(
            "Godkännandet är återtaget. Det som var fakturerat ligger i kön, och det som var betalt har krävts "
            "tillbaka med kredit."
        ),
    )


def _first(counts: dict[PlanPart, int]) -> PlanPart:
    return PlanPart.STUCK if counts[PlanPart.STUCK] else PlanPart.WAITING


def _hand(request: Request, person: Person) -> Hand:
    return Hand(person.id, database_of(request).clock(), today_of(request))


def _back(request: Request) -> str:
    return str(form_of(request).get("back", "/finance/results"))
