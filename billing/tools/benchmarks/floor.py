"""The peer of intake, in the same run and process: the least that anybody could do with the same bytes.

A document is parsed, held against the schema, and written in transactions as large as in service; it is neither
judged, matched nor answered. What intake does in a second beside it says how much of the machine's own limit is used,
on a quick machine and on a slow or busy one alike.
"""

from collections.abc import Sequence
from time import perf_counter
from typing import Final

from billing.tools.benchmarks import bench_store, flow
from foundation.database import Database
from invoicing.intake import queue as intake_queue
from peppol.identifiers import DocumentKind
from peppol.xml import schemas
from peppol.xml.gate import admit

MOST: Final = 2_000
"""Of so many documents it is measured."""


def measure(database: Database, bodies: Sequence[bytes]) -> flow.Figures:
    """Documents a second that are parsed, held against the schema and written, and nothing more."""
    with database.engine.begin() as session:
        bench_store.make_floor(session)
    spent: list[float] = []
    began = perf_counter()
    for start in range(0, len(bodies), intake_queue.TOGETHER):
        group = bodies[start : start + intake_queue.TOGETHER]
        moment = perf_counter()
        for body in group:
            root = admit(body)
            kind = DocumentKind.CREDIT_NOTE if "CreditNote" in str(root.tag) else DocumentKind.INVOICE
            if not schemas.holds(root, kind):
                raise AssertionError("a document breaks the schema")
        with database.engine.begin() as session:
            bench_store.write_floor(session, group)
        spent += [(perf_counter() - moment) / len(group)] * len(group)
    return flow.figures("peer: parsed, held against the schema, written", spent, perf_counter() - began)
