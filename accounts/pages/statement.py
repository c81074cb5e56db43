"""The accessibility statement, as the law asks for one (2018:1937), its form, and whom at the buyer to ask."""

from fastapi import Request, Response

from accounts.guessing import rate_limit
from accounts.mails import accessibility_reports
from foundation.sql import Session
from foundation.text import Text
from operations.configuration import statement_settings
from orders.register import store as register_store
from orders.register.parties import Buyer
from orders.register.store import NoRegister
from web.access import instant_of, person_of, settings_of
from web.guards.clients import client_of
from web.guards.form_fields import text_of
from web.guards.own_paths import page_before
from web.pages import database_of, pages_router, render, see_other, today_of

router = pages_router()


@router.get("/accessibility")
def statement(request: Request) -> Response:
    """How accessible the portal is, what is known to fall short, and where to complain."""
    settings = settings_of(request)
    with database_of(request).reading() as session:
        return render(
            request,
            person_of(request),
            "account/accessibility.html",
            asked=_buyer(session),
            compliance=settings.accessibility_status.words,
            assessed_on=settings.accessibility_assessed_on or statement_settings.ASSESSED_ON,
            supervisor=statement_settings.supervisor(settings, today=today_of(request)),
            longest=accessibility_reports.LONGEST,
            came_from=page_before(request),
        )


@router.post("/accessibility")
def report(request: Request) -> Response:
    """What somebody cannot use, mailed to the buyer's contact."""
    now = instant_of(request)
    with database_of(request).writing() as session:
        rate_limit.count(session, f"accessibility {client_of(request)}", rate_limit.MAILS, now=now)
    with database_of(request).writing() as session:
        accessibility_reports.report(
            session,
            register_store.load(session).buyer.contact,
            page=text_of(request, "page"),
            words=text_of(request, "words", longest=4 * accessibility_reports.LONGEST),
            reply_to=text_of(request, "reply_to"),
            utf8=settings_of(request).smtp_utf8,
            at=now,
        )
    return see_other("/accessibility", Text("Tack. Köparens kontakt har fått det du skrev."))


@router.get("/contact")
def contact(request: Request) -> Response:
    """Whom at the buyer to ask, and what to say."""
    with database_of(request).reading() as session:
        return render(request, person_of(request), "account/contact.html", asked=_buyer(session))


def _buyer(session: Session) -> Buyer | None:
    """The buyer that answers; None before the register is read in."""
    try:
        return register_store.load(session).buyer
    except NoRegister:
        return None
