"""What a press of lines comes to: sent at once or made behind the page, told row by row, stopped, undone.

Convention: sending answers with a redirect to the result, so that reloading sends nothing. More lines than one press
does at once are work of the system's, which a supplier's page asks for and follows by the key of its form.
"""

from collections.abc import Callable
from urllib.parse import urlencode

from fastapi import Request, Response

from accounts.identity import Person
from foundation.errors import NotThere, Refused
from foundation.identifiers import key_in
from foundation.sql import Session
from foundation.text import Text
from invoicing.portal_invoicing import portal_document_store, release
from invoicing.portal_invoicing import queries as portal_queries
from invoicing.portal_invoicing import sending as portal_sending
from invoicing.portal_invoicing.portal_document_store import Made
from invoicing.portal_invoicing.portal_states import PortalState
from invoicing.portal_invoicing.scope import SupplierActor
from invoicing.portal_invoicing.sending import ROWS_MAX, UNDO
from operations.background import asking, invoice_work, task_store
from operations.background.tasks import Task, TaskState
from orders.register import store as register_store
from supplier_portal.pages.forms import SEES, SENDS, actor_of, press_of
from supplier_portal.pages.line_choices import fingerprint_of, lines_named, sum_of
from supplier_portal.pages.query_params import month_from
from web.access import instant_of, signed_in
from web.csrf import form_of
from web.frame.running_work import followed
from web.guards.form_fields import text_of
from web.guards.own_paths import own_path
from web.pages import (
    Page,
    database_of,
    pages_router,
    render,
    see_other,
    whole_database_of,
)

router = pages_router("/to-invoice")


@router.post("/send")
def send(request: Request, person: Person = signed_in(SENDS)) -> Response:
    """Send the invoices of the lines in the form; each stands for itself."""
    lines = lines_named([str(each) for each in form_of(request).getlist("line")])
    press = press_of(request, person)
    with database_of(request).writing() as session:
        rows = portal_sending.send_lines(session, register_store.load(session), press, lines)
        if not any(each.order_number for each in rows):
            # Not one of the lines is theirs: nothing of it happened, not even a press.
            raise NotThere
    return see_other(f"/to-invoice/sent/{press.key}")


@router.post("/send-all")
def send_all(request: Request, person: Person = signed_in(SENDS)) -> Response:
    """Send the invoices of every line of a list, as many as they are: work behind the page, as it was reviewed."""
    month, unit = text_of(request, "month"), text_of(request, "unit")
    press = press_of(request, person)
    with database_of(request).reading() as session:
        pressed = portal_sending.was_pressed(session, press)
        ready = portal_queries.ready_lines(session, press.actor, month=month_from(month), unit=unit)
    if not pressed and (not ready or fingerprint_of(ready) != text_of(request, "fingerprint")):
        return see_other(
            f"/to-invoice/preview?{urlencode({'all': '1', 'month': month, 'unit': unit})}",
            Text(
                "Inget är skickat: raderna har ändrats sedan ni granskade dem. Så här är de nu; granska "
                "och skicka igen."
            ),
            is_short=True,
        )
    if not pressed:
        lines = [(each.order_number, each.line_id) for each in ready]
        # The work is the system's own from here on, in tables that no supplier's page may write.
        with whole_database_of(request).writing() as session:
            asking.to_invoice(session, press, lines, permission=str(SENDS))
    return see_other(f"/to-invoice/sent/{press.key}")


@router.get("/sent/{key}")
def sent(request: Request, key: str, person: Person = signed_in(*SEES)) -> Response:
    """What a press came to, row by row, with undo; where it is worked on behind the page, how far it has come."""
    actor = actor_of(person)
    with database_of(request).reading() as session:
        if not portal_document_store.press_is_of(session, key, actor.supplier):
            raise NotThere
        rows = portal_document_store.press_rows(session, actor, key)
    task = _task_of(request, key)
    if not rows and task is None:
        raise NotThere
    made = [each for row in rows for each in row.made]
    goes_on = task is not None and task.state is TaskState.WAITING
    return render(
        request,
        person,
        "flip/sent.html",
        rows=(page := Page.of(request, len(rows), size=ROWS_MAX)).rows(rows),
        page=page,
        made=made,
        refused_count=sum(not row.made for row in rows),
        undoable={each.bundle for each in made if each.state is PortalState.WAITING},
        waiting_count=sum(each.state is PortalState.WAITING for each in made),
        sum=sum_of([each.amount_signed for each in made if each.state is not PortalState.UNDONE]),
        key=key,
        minutes=int(UNDO.total_seconds() // 60),
        may_send=person.may(SENDS),
        task=task,
        goes_on=goes_on,
        **followed(request, goes_on=goes_on),
    )


@router.post("/sent/{key}/stop")
def stop(request: Request, key: str, person: Person = signed_in(SENDS)) -> Response:
    """Make no more invoices of the press; those that are made stay, and may be undone."""
    return _with_task(
        request,
        person,
        key,
        lambda session, number: asking.stop(session, number, by=person.id, now=instant_of(request)),
        Text("Inga fler fakturor görs. De som är gjorda kan ångras tills de går."),
    )


@router.post("/sent/{key}/again")
def again(request: Request, key: str, person: Person = signed_in(SENDS)) -> Response:
    """Go on with a press whose work is stuck."""
    return _with_task(
        request,
        person,
        key,
        lambda session, number: asking.again(session, number, by=person.id),
        Text("Arbetet tas upp igen."),
    )


@router.post("/undo")
def undo(request: Request, person: Person = signed_in(SENDS)) -> Response:
    """Take back what has not left: one bundle, several, all that waits of one press, or all that waits."""
    actor = actor_of(person)
    bundles = [str(each) for each in form_of(request).getlist("bundle")]
    if text_of(request, "everything") == "yes":
        with database_of(request).reading() as session:
            every = portal_document_store.bundles_in_state(session, actor, PortalState.WAITING)
        bundles += [str(each) for each in every]
    elif press := text_of(request, "press"):
        bundles += _waiting_of(request, actor, press)
    undone: list[Made] = []
    late: Refused | None = None
    with database_of(request).writing() as session:
        for bundle in bundles:
            key = key_in(bundle)
            if key is None:
                raise NotThere
            try:
                undone += release.undo(session, actor, key)
            except release.TooLate as error:
                late = error
    if late is not None and not undone:
        raise late
    numbers = ", ".join(each.number for each in undone[:3])
    more = len(undone) - 3
    told = (
        Text("Ångrat: %(numbers)s. Köparen har inte sett något.", numbers=numbers)
        if more <= 0
        else Text(
            "Ångrat: %(numbers)s och %(more)s till. Köparen har inte sett något.", numbers=numbers, more=more
        )
    )
    return see_other(own_path(text_of(request, "next") or "/to-invoice"), told)


def _waiting_of(request: Request, actor: SupplierActor, press: str) -> list[str]:
    """The bundles of a press that have not left."""
    with database_of(request).reading() as session:
        rows = portal_document_store.press_rows(session, actor, press)
    waiting = (made for row in rows for made in row.made if made.state is PortalState.WAITING)
    return list(dict.fromkeys(str(made.bundle) for made in waiting))


def _task_of(request: Request, key: str) -> Task | None:
    """The work behind the page of a press that the supplier has made, if there is any."""
    with whole_database_of(request).reading() as session:
        return task_store.latest(session, invoice_work.press_about(key))


def _with_task(
    request: Request, person: Person, key: str, change: Callable[[Session, int], object], said: Text
) -> Response:
    """Change how the work of the supplier's own press goes on."""
    with database_of(request).reading() as session:
        if not portal_document_store.press_is_of(session, key, actor_of(person).supplier):
            raise NotThere
    task = _task_of(request, key)
    if task is None:
        raise NotThere
    with whole_database_of(request).writing() as session:
        change(session, task.id)
    return see_other(f"/to-invoice/sent/{key}", said)
