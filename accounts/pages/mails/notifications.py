"""What somebody is told of in the pages: what the mails tell, also those that were declined or are gathered.

Convention: each leads straight to the page it is about, and opening that page, by whatever way, is what makes it seen
(`web/frame/news.py`). Whoever may only look marks their own like anybody else: it changes nothing of the books.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Form, Request, Response

from accounts.identity import Person
from accounts.notifications import name_queries
from accounts.notifications import store as notification_store
from accounts.notifications.store import Notification
from foundation.sql import Session
from foundation.text import Text
from invoicing.portal_invoicing.scope import Scope
from web.access import signed_in
from web.pages import Page, database_of, pages_router, render, see_other

router = pages_router()


@dataclass(frozen=True, slots=True)
class _Shown:
    """A notification with what the thing is called that it is about; empty where it has no name of its own."""

    told: Notification
    name: Text | str


@router.get("/notifications")
def listed(request: Request, person: Person = signed_in()) -> Response:
    """All that is kept for the person, the newest first."""
    with database_of(request).reading() as session:
        kept = notification_store.kept(session, person.account_id)
        page = Page.of(request, kept.count)
        told = notification_store.listed(session, person.account_id, limit=page.size, offset=page.offset)
        shown = _named(session, person, told)
        unseen = notification_store.unseen(session, person.account_id, "").count
    return render(
        request,
        person,
        "account/notifications.html",
        shown=shown,
        page=page,
        unseen=unseen,
        newest_at=kept.newest_at,
        days_kept=notification_store.KEPT.days,
    )


@router.post("/notifications/seen")
def see_all(
    request: Request, told_until: Annotated[str, Form(max_length=40)] = "", person: Person = signed_in()
) -> Response:
    """Marks as seen what had been told when the page was shown; what has come since is still new."""
    database = database_of(request)
    with database.writing() as session:
        notification_store.see_all(
            session, person.account_id, told_until=_instant(told_until), at=database.clock()
        )
    return see_other("/notifications", said=Text("Allt är markerat som läst."))


def _instant(written: str) -> datetime | None:
    """The instant that the form has from its page; None where it says none."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _named(session: Session, person: Person, told: Sequence[Notification]) -> list[_Shown]:
    """Each with the number of its order, payment or document: of a document where the person may still see it."""
    ids = {int(str(each.given["id"])) for each in told if "id" in each.given}
    scope = Scope(
        person.organisation,
        person.within,
        predecessors=person.predecessors,
        taken_over_on=person.taken_over_on,
    )
    numbers = name_queries.invoice_numbers(session, scope, ids)

    def name(each: Notification) -> Text | str:
        match each.given:
            case {"id": number}:
                return numbers.get(int(str(number)), "")
            case {"number": number}:
                return Text("Order %(number)s", number=number)
            case {"payment": number}:
                return Text("Betalning %(number)s", number=number)
            case _:
                return ""

    return [_Shown(each, name(each)) for each in told]
