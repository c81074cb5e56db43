"""Mails that are stuck, on the page of messages: what each is, whom it is for, why it has not left, and sending again.

Convention: nobody's address is shown, and of suppliers' people only the company; the buyer's own stand by name.
"""

from typing import Any

from fastapi import Request, Response

from accounts import store as account_store
from accounts.identity import Permission, Person
from accounts.mails import sending_again
from finance_desk.words import Names, supplier_name
from foundation.errors import Refused
from foundation.identifiers import key_in
from foundation.sql import Session
from foundation.text import Text, WrittenText
from operations.mail import mail_queries, stuck_words
from operations.mail.mail_queries import StuckMail
from orders.register.register import Register
from web.access import signed_in
from web.csrf import form_of
from web.pages import database_of, pages_router, see_other

router = pages_router()


def rows(session: Session, register: Register, *, at_most: int) -> list[dict[str, Any]]:
    """The mails that are stuck, the oldest first, as the page shows them."""
    found = mail_queries.stuck(session, at_most=at_most)
    names = Names(session, register.buyer)
    organisations = account_store.organisations_of(
        session, {each.account_id for each in found if each.account_id is not None}
    )
    return [
        {
            "mail": each,
            "kind": stuck_words.kind_of(each.template),
            "to": _receiver(each, organisations.get(each.account_id or 0, ""), register, names),
            "why": stuck_words.why(each.fault, each.template, has_account=each.account_id is not None),
        }
        for each in found
    ]


@router.post("/finance/post/mails")
def send_again(request: Request, person: Person = signed_in(Permission.FINANCE)) -> Response:
    """Send one mail again, those that are chosen, or all."""
    form = form_of(request)
    asked = [form.get("only")] if form.get("only") else form.getlist("mail")
    numbers = None if form.get("all") else [key for each in asked if (key := key_in(str(each))) is not None]
    if numbers is not None and not numbers:
        raise Refused(Text("Välj minst ett mejl, eller skicka alla igen."))
    came = sending_again.send_again(database_of(request), numbers, by=person.id)
    if not came.again and not came.left:
        raise Refused(Text("Inget sådant mejl har fastnat."))
    return see_other("/finance/post", came.told, is_short=bool(came.left))


def _receiver(mail: StuckMail, organisation: str, register: Register, names: Names) -> Text:
    if mail.account_id is None:
        if mail.template == stuck_words.ALARM:
            return Text("Driften")
        return Text("Den som har ansökt om konto")
    if organisation == register.buyer.organisation_number:
        return names.of(f"user-{mail.account_id}")
    return WrittenText(supplier_name(register, organisation) or organisation)
