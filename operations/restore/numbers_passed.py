"""Numbers after a restore: every series goes on beyond all that is known outside, with a margin."""

from datetime import datetime
from typing import Final

from foundation import number_series
from foundation.sql import Session
from operations.restore import payments_left, restore_store
from operations.restore.found import Found, GoneThrough

MARGIN: Final = 100
"""So many numbers more than any that is known are passed over: the mark outside is a minute old at most."""
MARGIN_UNKNOWN: Final = 1000
"""So many where nothing outside tells how far the series had come."""


def pass_over(session: Session, found: Found, done: GoneThrough, *, by: str, at: datetime) -> None:
    """Let every series go on beyond what the mark and the names outside know, with a margin; once for each restore."""
    mark = found.mark
    reason = f"restored: mark {mark.generation}/{mark.tick}" if mark is not None else "restored"
    if any(each.reason == reason for each in number_series.jumps(session)):
        return
    margin = MARGIN if found.is_mark_known else MARGIN_UNKNOWN
    seen = {number_series.ORDERS: _orders(found), number_series.PROPOSALS: _proposals(found)}
    for name, (_, last) in number_series.ranges(session).items():
        known = max(last, mark.series.get(name, 0) if mark is not None else 0, *seen.get(name, ()))
        made = number_series.jump(session, name, to=known + margin, at=at.isoformat(), by=by, reason=reason)
        if made is not None:
            done.jumps.append(made)
    restore_store.jump_own_series(session, margin=margin, at=at.isoformat(), by=by, reason=reason)


def _orders(found: Found) -> list[int]:
    return [
        int(each.document_id) for each in found.left if each.kind == "order" and each.document_id.isdecimal()
    ]


def _proposals(found: Found) -> list[int]:
    return [number for each in found.payments if (number := payments_left.number_in(each)) is not None]
