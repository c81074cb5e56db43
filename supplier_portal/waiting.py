"""What waits for each of a supplier's people, for the numbers of the menu: counted as the overview counts it."""

from collections.abc import Iterator
from datetime import date

from accounts.identity import Permission, Person
from foundation.sql import Session
from foundation.text import Text
from invoicing.portal_invoicing import queries as portal_queries
from invoicing.portal_invoicing.queries import InvoiceStanding
from supplier_portal.pages import query_params
from supplier_portal.queries import placements as placement_queries
from supplier_portal.queries import reports as report_queries
from supplier_portal.queries import waiting as waiting_queries
from supplier_portal.queries.placements import PlacementFilter, PlacementsAre
from web.frame.waiting import Waiting

_P = Permission


def waiting(session: Session, person: Person, today: date) -> Iterator[Waiting]:
    """What the person may do something about, by its permissions; who only looks has no numbers."""
    if person.is_buyer:
        return
    scope = query_params.scope_of(person)
    if person.may(_P.ASSIGN):
        to_assign = PlacementFilter(PlacementsAre.TO_ASSIGN)
        many = placement_queries.count(session, scope, to_assign, today=today)
        yield Waiting(Text("Saknar handledare"), many, "/placements?state=to_assign")
    if person.may(_P.REPORT):
        due, _ = report_queries.waiting_months(session, scope, today=today)
        yield Waiting(Text("Att redovisa"), due, "/reports")
        lines = waiting_queries.to_invoice(session, scope).lines
        yield Waiting(Text("Att fakturera"), lines, "/to-invoice")
        to_do = portal_queries.counts(session, scope)[InvoiceStanding.TO_DO]
        yield Waiting(Text("Att åtgärda"), to_do, "/invoices?standing=to-do")
