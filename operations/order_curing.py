"""Invoices that came before their orders are judged again: after each batch of events, and by a job for all other ways.

Each is a transaction of its own, after the one that placed the order: what cannot be judged keeps no event from being
applied, and nobody waits in a circle. A process that dies in between leaves it to the job, which finds the same
invoices by how they stand, and none that was judged.
"""

from datetime import date

import structlog

from foundation.database import Database
from foundation.errors import Refused
from invoicing.verdicts import curing, judged_queries
from orders.register import store as register_store

_log = structlog.get_logger("orders")


def judge_what_has_come(database: Database, *, today: date) -> int:
    """Judge every invoice again whose order has come since it was read; how many were."""
    with database.reading() as session:
        found = judged_queries.whose_order_has_come(session)
    judged = 0
    for invoice_id in found:
        try:
            with database.writing() as session:
                register = register_store.load(session)
                now = curing.judge_again(session, register, invoice_id, today=today)
        except Refused as refusal:
            _log.error("invoice not judged again", invoice=invoice_id, reason=refusal.text.en)
            continue
        judged += now is not None
    return judged
