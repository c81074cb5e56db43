"""The work of a press on many order lines in the portal: each becomes an invoice, a portion in each transaction."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from foundation.text import JoinedText, Text
from invoicing.portal_invoicing import sending as portal_sending
from invoicing.portal_invoicing.scope import SupplierActor
from invoicing.portal_invoicing.sending import LineToInvoice, Press
from operations.background.payment_runs import counted
from operations.background.running import Doing, Work
from operations.background.tasks import Outcome, TaskKind
from orders.register import store as register_store
from orders.register.unit_scope import UnitScope

PORTION: Final = 25
"""So many invoices are made in one transaction: half a second, in which nobody else takes a number of the series."""


def press_about(key: str) -> str:
    """What work on a press is about: one piece at a time."""
    return f"press {key}"


def page_of(key: str) -> str:
    """Where the supplier sees how far it has come, and what each line became."""
    return f"/to-invoice/sent/{key}"


def content_of(press: Press, lines: Sequence[LineToInvoice]) -> dict[str, Any]:
    """The press as JSON: whose it is, what that person may see, and every line."""
    actor = press.actor
    within = actor.within
    return {
        "key": press.key,
        "supplier": actor.supplier,
        "units": None if within is None else sorted(within.units),
        "addresses": None if within is None else sorted(within.addresses),
        "predecessors": list(actor.predecessors),
        "taken_over_on": actor.taken_over_on.isoformat() if actor.taken_over_on else None,
        "lines": [list(each) for each in lines],
        "done": 0,
        "leads_to": page_of(press.key),
    }


def invoice(doing: Doing) -> None:
    """Each line becomes an invoice, or is told why not. `content` as `content_of` makes it."""
    content = dict(doing.content)
    lines: list[LineToInvoice] = [(order, line) for order, line in content["lines"]]
    while True:
        with doing.keeping() as kept:
            done = content["done"]
            press = Press(_actor(content, by=doing.task.asked_by), content["key"], doing.database.clock())
            portion = lines[done : done + PORTION]
            portal_sending.send_portion(
                kept.session, register_store.load(kept.session), press, portion, after=done
            )
            content["done"] = done + len(portion)
            kept.advance(content["done"], content)
            if content["done"] >= len(lines):
                said = (
                    Text("%(count)s orderrader är gångna igenom.", count=counted(len(lines))),
                    Text("Vad varje rad blev står i listan."),
                )
                kept.end(Outcome(JoinedText(" ", said), leads_to=page_of(press.key)))
        doing.tell(content["done"], len(lines))
        if kept.has_ended or doing.may_rest:
            return


def _actor(content: Mapping[str, Any], *, by: str) -> SupplierActor:
    until = content["taken_over_on"]
    within = (
        None
        if content["units"] is None
        else UnitScope(frozenset(content["units"]), frozenset(content["addresses"]))
    )
    return SupplierActor(
        content["supplier"],
        within,
        predecessors=tuple(content["predecessors"]),
        taken_over_on=date.fromisoformat(until) if until else None,
        by=by,
    )


KINDS: Final[Mapping[TaskKind, Work]] = {TaskKind.INVOICE_LINES: invoice}
"""What each kind of work does."""
