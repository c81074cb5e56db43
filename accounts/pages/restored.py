"""Books that were restored from a backup: what is held, going through it, and opening them; two administrators."""

from collections.abc import Callable, Sequence

from fastapi import Request, Response

from accounts import store as account_store
from accounts.identity import Permission, Person
from accounts.staff import independence
from accounts.store import Account
from foundation import books_mark
from foundation.text import Text
from operations.restore import going_through, looking, opened_places
from orders.register import store as register_store
from web.access import settings_of, signed_in
from web.pages import database_of, pages_router, render, see_other

router = pages_router(prefix="/admin/restore")

ADMINISTERS = Permission.BUYER_ADMIN
_MOST = 200


@router.get("")
def held_page(request: Request, person: Person = signed_in(ADMINISTERS)) -> Response:
    """What the books lack of what lies outside them, who has gone through it, and what is left to do."""
    database = database_of(request)
    with database.reading() as session:
        hold = books_mark.holding(session)
        staff = account_store.of_organisation(session, register_store.load(session).buyer.organisation_number)
    if hold is None:
        return render(request, person, "account/restored.html", found=None)
    with opened_places.opened(settings_of(request), whose=request.app.state.whose()) as places:
        found = looking.look(database, places)
    return render(
        request,
        person,
        "account/restored.html",
        found=found,
        most=_MOST,
        went=[_name(each, staff) for each in hold.gone_through_by],
        may_end=going_through.may_open(hold, person.id, _is_same_of(staff)),
    )


@router.post("/go")
def go(request: Request, person: Person = signed_in(ADMINISTERS)) -> Response:
    """Takes in, notes as sent, passes over numbers and stops payments; may be pressed again."""
    with opened_places.opened(settings_of(request), whose=request.app.state.whose()) as places:
        done = going_through.go_through(database_of(request), places, by=person.id)
    return see_other(
        "/admin/restore",
        said=Text(
            "Genomgången är gjord: %(taken_in)s dokument är intagna igen, %(sent)s meddelanden noterade som skickade, "
            "%(maybe)s kan ha skickats och ligger under Meddelanden, och betalningar till %(stopped)s leverantörer "
            "är stoppade.",
            taken_in=done.taken_in,
            sent=done.noted_sent,
            maybe=len(done.to_ask),
            stopped=len(done.stopped),
        ),
    )


@router.post("/end")
def end(request: Request, person: Person = signed_in(ADMINISTERS)) -> Response:
    """Opens the books again, at the word of another than who went through the restore last."""
    database = database_of(request)
    with database.reading() as session:
        staff = account_store.of_organisation(session, register_store.load(session).buyer.organisation_number)
    with opened_places.opened(settings_of(request), whose=request.app.state.whose()) as places:
        going_through.end(
            database,
            places,
            by=person.id,
            is_same=_is_same_of(staff),
        )
    return see_other("/admin/restore", said=Text("Böckerna är öppna. Allt går som vanligt igen."))


def _is_same_of(staff: Sequence[Account]) -> Callable[[str, str], bool]:
    """Whether two names are one person's to us, by who made their accounts."""
    return lambda one, other: not independence.are_two(one, other, staff)


def _name(person: str, staff: Sequence[Account]) -> str:
    """Who it is: of an account the name, of somebody at operations what they called themselves."""
    return next((each.display_name for each in staff if each.person.id == person), person)
