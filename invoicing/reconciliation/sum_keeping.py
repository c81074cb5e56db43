"""The sums of the statement kept: what has changed is added up anew, a month a transaction.

A statement of all years would ask every document. Each transaction notes which suppliers' months it changes
(`change_triggers_store`); until they are added up anew the statement asks their documents, so it is always exact.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from decimal import Decimal

from foundation.periods import Month
from foundation.sql import Session, take_turns
from invoicing.reconciliation import change_triggers_store, entry_queries, sum_store
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.statement import StatementColumn
from orders.register import store as register_store


def add_up_changed(
    writing: Callable[[], AbstractContextManager[Session]], *, stopping: Callable[[], bool] = bool
) -> int:
    """Add up anew what has changed, month by month, each in a transaction of its own; how many months."""
    with writing() as session:
        months = [] if session.dialect.name != "postgresql" else list(sum_store.months_changed(session))
    for done, month in enumerate(months):
        if stopping():
            return done
        with writing() as session:
            add_up(session, month)
    return len(months)


def add_up(session: Session, month: Month) -> None:
    """Add up anew what has changed in one month.

    What is noted is taken first: whoever commits later than that is noted still, whether or not it is in the sums.
    """
    take_turns(session, "statement sums")
    suppliers = sum_store.take_changes(session, month)
    currency = register_store.currency(session)
    wanted = EntryFilter(currency=currency, among=((month, tuple(suppliers)),))
    sums = entry_queries.added_up(session, wanted, sum_store.ALL_KEYS)
    sum_store.replace(session, month, suppliers, currency, sums)


def broken(session: Session) -> Iterator[tuple[str, str]]:
    """What of the kept sums does not hold: which month and supplier, or which table, and how."""
    if session.dialect.name != "postgresql":
        return
    for table in change_triggers_store.missing(session):
        yield f"table {table}", "its changes are not noted for the statement: run billing init"
    wanted = EntryFilter(currency=register_store.currency(session))
    changed = sum_store.changed(session, wanted)
    apart = {(str(month), supplier) for month, suppliers in changed for supplier in suppliers}
    keys = sum_store.ALL_KEYS
    kept = {
        key: _told(row) for key, row in sum_store.kept(session, wanted, keys, but=()) if any(row.values())
    }
    added = {
        key: _told(row)
        for key, row in entry_queries.added_up(session, wanted, keys).items()
        if any(row.values())
    }
    for key in sorted(kept.keys() | added.keys()):
        if key[:2] not in apart and kept.get(key) != added.get(key):
            yield (
                f"statement of {' '.join(filter(None, key))}",
                f"kept are {kept.get(key, 'no sums')}, its documents come to {added.get(key, 'nothing')}",
            )


def _told(row: Mapping[StatementColumn, Decimal]) -> str:
    return ", ".join(f"{column.value} {value}" for column, value in sorted(row.items()) if value)
