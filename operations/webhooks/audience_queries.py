"""Which events of the feed an endpoint is told: what its supplier sees within its units, or all of the buyer's.

Convention: the conditions are the portal's own (`Scope`). What is about a document is told to whose document it is,
whatever case that names; all else to whoever has the placement.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from foundation.sql import Session
from invoicing.documents.tables import invoice
from invoicing.portal_invoicing.scope import Scope
from operations.event_feed.contract import OutboundEvent
from operations.webhooks.model import Endpoint
from operations.webhooks.payloads import document_of, types_for
from orders.register import store as register_store
from orders.tables import placement


def told_to(
    session: Session, endpoint: Endpoint, events: Sequence[OutboundEvent], *, today: date
) -> list[OutboundEvent]:
    """Of these events those that the endpoint is told, in their order."""
    may = types_for(endpoint.organisation)
    wanted = [each for each in events if each.type in may and endpoint.wants(each.type)]
    if endpoint.is_buyers or not wanted:
        return wanted
    scope = _scope(session, endpoint, today)
    documents = {each.event_id: document_of(each) for each in wanted}
    own_documents = _documents(session, scope, [each for each in documents.values() if each is not None])
    references = {each.execution_reference for each in wanted if documents[each.event_id] is None} - {""}
    own_references = _references(session, scope, sorted(references))
    return [
        each
        for each in wanted
        if (
            each.execution_reference in own_references
            if (number := documents[each.event_id]) is None
            else number in own_documents
        )
    ]


def _scope(session: Session, endpoint: Endpoint, today: date) -> Scope:
    others, until = register_store.succession_of(session, endpoint.organisation, today)
    return Scope(endpoint.organisation, endpoint.within, predecessors=others, taken_over_on=until)


def _documents(session: Session, scope: Scope, numbers: Sequence[int]) -> frozenset[int]:
    if not numbers:
        return frozenset()
    question = select(invoice.c.id).where(invoice.c.id.in_(sorted(set(numbers))), scope.of_invoices())
    return frozenset(session.scalars(question))


def _references(session: Session, scope: Scope, references: Sequence[str]) -> frozenset[str]:
    if not references:
        return frozenset()
    mine = placement.c.execution_reference.in_(references) & scope.of_placements()
    return frozenset(session.scalars(select(placement.c.execution_reference).where(mine)))
