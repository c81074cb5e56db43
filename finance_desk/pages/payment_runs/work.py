"""The work behind a large payment run: how far it has come, what came of it, stopping it, trying it again."""

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk.pages.paying_parts import READERS, people
from foundation.errors import NotThere
from foundation.text import Text
from operations.background import asking, task_store
from operations.background.tasks import KIND_WORDS, TASK_WORDS, Task, TaskState, TaskUnknown
from orders.register import store as register_store
from web.access import instant_of, signed_in
from web.frame.running_work import followed
from web.pages import database_of, pages_router, render, see_other

router = pages_router()
_P = Permission


@router.get("/finance/payments/tasks/{number}")
def work(request: Request, number: int, person: Person = signed_in(*READERS)) -> Response:
    """How far a piece of work has come, or what came of it."""
    with database_of(request).reading() as session:
        task = _task(request, number)
        names = people(session, register_store.load(session))
    goes_on = task.state is TaskState.WAITING
    return render(
        request,
        person,
        "pay/work.html",
        task=task,
        what=KIND_WORDS[task.kind],
        state=_NOT_ALL if task.state is TaskState.DONE and task.is_short else TASK_WORDS[task.state],
        tone=_TONES.get(task.state, "note") if not task.is_short else "note",
        goes_on=goes_on,
        **followed(request, goes_on=goes_on),
        percent=min(100, 100 * task.rows_done // task.rows_total) if task.rows_total else 0,
        by=names.get(task.asked_by, task.asked_by),
        leads_to=task.leads_to or task.content.get("leads_to", "/finance/payments"),
        may=person.may(_P.FINANCE, _P.ATTEST),
    )


@router.post("/finance/payments/tasks/{number}/stop")
def stop(request: Request, number: int, person: Person = signed_in(_P.FINANCE, _P.ATTEST)) -> Response:
    """Nobody goes on with the work; what has been done of it stays."""
    _task(request, number)
    with database_of(request).writing() as session:
        asking.stop(session, number, by=person.id, now=instant_of(request))
    return see_other(
        f"/finance/payments/tasks/{number}", Text("Arbetet är avbrutet. Här står hur långt det kom.")
    )


@router.post("/finance/payments/tasks/{number}/again")
def again(request: Request, number: int, person: Person = signed_in(_P.FINANCE, _P.ATTEST)) -> Response:
    """Work that is stuck is taken up again."""
    _task(request, number)
    with database_of(request).writing() as session:
        asking.again(session, number, by=person.id)
    return see_other(f"/finance/payments/tasks/{number}", Text("Arbetet tas upp igen."))


def _task(request: Request, number: int) -> Task:
    with database_of(request).reading() as session:
        try:
            return task_store.get(session, number)
        except TaskUnknown:
            raise NotThere from None


_NOT_ALL = Text("Klart, men inte allt")
_TONES = {TaskState.DONE: "good", TaskState.WAITING: "info", TaskState.STUCK: "bad", TaskState.REFUSED: "bad"}
