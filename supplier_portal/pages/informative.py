"""Telling the buyer something about a placement beside the months, in a code, and taking it back until it is read."""

from fastapi import Request, Response

from accounts.identity import Permission, Person
from foundation.errors import NotThere, Refused
from foundation.text import Text
from orders.events.data import InformativeReportFiled
from orders.placements.informative import informative_reports, informative_store
from orders.terms import InformativeKind
from supplier_portal.pages import query_params
from supplier_portal.queries import placements as placement_queries
from web.access import signed_in
from web.csrf import form_of
from web.pages import database_of, pages_router, see_other, today_of

router = pages_router()


@router.post("/placements/{reference:path}/informative")
def file(request: Request, reference: str, person: Person = signed_in(Permission.REPORT)) -> Response:
    """File an informative report; the same once more, before anybody has read it, is told once."""
    kind = str(form_of(request).get("kind", ""))
    with database_of(request).writing() as session:
        if placement_queries.find(session, query_params.scope_of(person), reference) is None:
            raise NotThere
        if kind not in InformativeKind.__members__:
            raise Refused(Text("Välj vad rapporten gäller."))
        filed = InformativeReportFiled(
            execution_reference=reference,
            kind=InformativeKind(kind),
            at=database_of(request).clock(),
            by=person.id,
        )
        _, fresh = informative_reports.file(session, filed)
    said = (
        Text("Rapporten är lämnad. Den syns här tills köparen har läst den, och kan tas tillbaka så länge.")
        if fresh
        else Text("Samma rapport väntar redan på att bli läst. Inget har ändrats.")
    )
    return see_other(f"/placements/{reference}#informative", said)


@router.post("/placements/{reference:path}/informative/{kind}/withdraw")
def withdraw(
    request: Request, reference: str, kind: str, person: Person = signed_in(Permission.REPORT)
) -> Response:
    """Take back the report of a kind that nobody has read; there is one at most."""
    with database_of(request).writing() as session:
        if placement_queries.find(session, query_params.scope_of(person), reference) is None:
            raise NotThere
        if kind not in set(InformativeKind):
            raise NotThere
        unread = informative_store.unread_of(session, reference, InformativeKind(kind))
        if unread is None:
            raise NotThere
        informative_reports.withdraw(session, unread.id, by=person.id, today=today_of(request))
    return see_other(f"/placements/{reference}#informative", Text("Rapporten är återtagen."))
