"""An event that could not be applied: why, what it would change today, and what a person may do about it."""

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk.pages.queue import READERS
from finance_desk.words import may_act
from foundation.text import Text
from operations import event_loading
from orders import dispatch
from orders.events.data import InterruptionMoved, InterruptionRegistered
from orders.events.envelope import read_event
from orders.events.store import EventState
from orders.placements import late_interruptions
from orders.register import store as register_store
from web.access import signed_in
from web.pages import database_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission


@router.get("/finance/events/{number}")
def event(request: Request, number: int, person: Person = signed_in(*READERS)) -> Response:
    """The event, with what a late interruption would change as the books stand now."""
    with database_of(request).reading() as session:
        found = event_loading.event_numbered(session, number)
        told = read_event(found.body)
        cuts = None
        if isinstance(told.data, InterruptionRegistered | InterruptionMoved):
            cuts = late_interruptions.would_change(
                session, register_store.load(session), told.data, told_on=found.told_on
            )
    return render(
        request,
        person,
        "desk/event.html",
        event=found,
        cuts=cuts,
        came_later=dispatch.came_later(found),
        may_act=may_act(person) and found.state is EventState.UNAPPLIABLE,
    )


@router.post("/finance/events/{number}/apply")
def apply(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Apply what came too late all the same: receipts may change, and invoices on them be judged again."""
    with database_of(request).writing() as session:
        event_loading.apply_by_hand(session, number, by=person.id, today=today_of(request))
    return see_other("/finance?part=events", Text("Beskedet är verkställt."))


@router.post("/finance/events/{number}/lay-aside")
def lay_aside(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Decide that the event is not to be applied."""
    with database_of(request).writing() as session:
        event_loading.lay_aside(session, number, by=person.id)
    return see_other("/finance?part=events", Text("Händelsen är lagd till handlingarna."))
