"""Looking after a restore: the books beside what lies outside them. It reads file by file, and changes nothing."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TypeVar

from foundation import books_mark
from foundation.books_mark import BooksMark
from foundation.database import Database
from operations.restore import outside, payments_left, restore_store
from operations.restore.found import Found, Places
from operations.restore.outside import CameOutside, LeftOutside
from orders.purchase_orders import lost_order_store
from orders.register import store as register_store

_AT_ONCE = 500
_File = TypeVar("_File")


def look(database: Database, places: Places) -> Found:
    """Compare the books with what lies outside; changes nothing. Raises OSError."""
    # Files are read outside every session, however short each is: a server ends one that idles meanwhile.
    files = list(outside.payments(places.payment_files))
    reports = list(payments_left.bank_says(places.payment_files)) if files else []
    came = _first_of_each(came_and_lacking(database, places))
    left = list(_left_and_lacking(database, places))
    outermost = books_mark.read(database.marks)
    with database.reading() as session:
        known = set(restore_store.files_that_left(session).values())
        paid = [each for each in files if each.sha256 not in known]
        mark = books_mark.of_books(session) or BooksMark(0, 0)
        hold = books_mark.holding(session)
        return Found(
            books=mark,
            # As they were restored: rows that came since are of those who go through it.
            books_ended=mark.journal if hold is None else hold.ended,
            mark=books_mark.seen_outside(session) or outermost,
            came=came,
            left=left,
            payments=paid,
            payments_left=payments_left.payments(register_store.load(session), paid, reports) if paid else [],
            events=restore_store.newest_events(session),
            ordered_again=list(lost_order_store.ordered_as_others(session)),
            is_mark_known=hold is None or hold.is_mark_known,
        )


def came_and_lacking(
    database: Database, places: Places, *, since: datetime | None = None
) -> Iterator[CameOutside]:
    """The documents that came to these books and are not in them; only files written `since` then are read.

    Some files at a time are read, and then asked about: no session is open while a disk or an access point is waited
    for. A file is asked about after it was read, so what is taken in meanwhile is not told as lacking.
    """
    for some in _some(outside.came(places.inlet, places.archives, since=since)):
        with database.reading() as session:
            lacking = restore_store.unknown_bytes(session, {each.sha256 for each in some})
        # Only what is lacking is read once more, to see whose it is.
        yield from (each for each in some if each.sha256 in lacking and places.came_to_us(each.body()))


def _left_and_lacking(database: Database, places: Places) -> Iterator[LeftOutside]:
    seen = set[str]()
    for some in _some(outside.left(places.folder, places.sent)):
        with database.reading() as session:
            strange = restore_store.unknown_messages(session, {each.instance_id for each in some})
        for each in some:
            if each.instance_id in strange - seen and places.left_us(each.document()):
                seen.add(each.instance_id)
                yield each


def _some(files: Iterator[_File]) -> Iterator[list[_File]]:
    while some := list(islice(files, _AT_ONCE)):
        yield some


def _first_of_each(came: Iterable[CameOutside]) -> list[CameOutside]:
    """The same bytes came twice: the earlier is what came, in the order they came."""
    first: dict[str, CameOutside] = {}
    for each in sorted(came, key=lambda one: (one.at, one.path)):
        first.setdefault(each.sha256, each)
    return list(first.values())
