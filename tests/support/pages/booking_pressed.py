"""A booking as a person makes it: what it will write is shown, and then confirmed."""

from lxml import html

from tests.support.pages.visitor import Visitor

LEDGER = "/finance/reconciliation/ledger"
ACCRUAL = "/finance/reconciliation/month-end/booking"


def confirmed(who: Visitor, address: str) -> str:
    """The page after pressing the button of the page that shows the booking."""
    (form,) = html.document_fromstring(who.get(address).text).cssselect("main form[method=post]")
    fields = {each.get("name", ""): each.get("value", "") for each in form.cssselect("input[type=hidden]")}
    return who.follow(who.post(form.get("action", ""), fields))
