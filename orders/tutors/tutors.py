"""The tutor (handledare) of a placement: assigned within the days agreed for its start, changed at any time.

A tutor is known by a code of the supplier's own and chosen among those of the placement's unit (`unit_tutors.py`); a
name or a personal number is refused, since neither may stand here. The tutor decides nothing about orders, receipts or
permissions (REQ-08, REQ-09, REQ-53): it tells whom the supplier's own people turn to.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import StepRefused
from orders.journal_actions import OrdersSubject, PlacementAction
from orders.model import Handling, Placement, PlacementState
from orders.placements import store as placement_store
from orders.tutors import tutor_store, unit_tutor_store

_BEFORE_IT_WAS_KEPT: Final = timedelta(days=10)
"""What was agreed where a period has no last day to start: it was decided before that was kept with it."""

_CODE = re.compile(r"[A-Za-zÅÄÖåäö][A-Za-zÅÄÖåäö0-9._-]{0,38}[0-9]")
_MANY_DIGITS = re.compile(r"\d[\d-]{7,}")


class TutorRefused(Refused, ValueError):
    """What was written is not a code of a tutor."""


def tutor_code(text: str) -> str:
    """The code as written, without spaces around it; raises TutorRefused.

    A code begins with a letter and ends with a digit, which no name does, and has no long row of
    digits, which a personal number is.

    >>> tutor_code(" handledare-7 ")
    'handledare-7'
    """
    code = text.strip()
    if not _CODE.fullmatch(code) or _MANY_DIGITS.search(code):
        raise TutorRefused(
            Text(
                "Skriv handledarens kod, som börjar med en bokstav och slutar med en siffra, till "
                "exempel handledare-7. Skriv inte namn eller personnummer."
            ),
        )
    return code


def last_day_to_assign(decided_on: date, start_by: date | None, *, left_on: date | None = None) -> date:
    """The last of the days within which a tutor is assigned: those within which the placement starts (REQ-08).

    `start_by` is the placement's last day to start by what was agreed. They are counted anew from `left_on`, the day
    its tutor left.
    """
    days = start_by - decided_on if start_by is not None else _BEFORE_IT_WAS_KEPT
    return (left_on or decided_on) + days


def assign(session: Session, reference: str, tutor: str, *, by: str, today: date) -> bool:
    """Let `tutor` be the placement's tutor; False, with nothing done, when it already is.

    Raises TutorRefused for a code the unit does not have, PlacementUnknown, or StepRefused where nobody needs one.
    """
    code = tutor.strip()
    placement = placement_store.get(session, reference, lock=True)
    _check_assignable(placement, today=today)
    _check_known(code, placement, unit_tutor_store.active_codes(session, [placement.unit.id]))
    held = tutor_store.standing(session, [reference]).get(reference)
    if held is not None and held.tutor == code:
        return False
    tutor_store.put(session, reference, code, by=by, on=today)
    was = {"was": held.tutor} if held is not None else {}
    journal.record(
        session,
        by,
        PlacementAction.TUTOR_ASSIGNED,
        OrdersSubject.PLACEMENT.of(reference),
        execution_reference=reference,
        tutor=code,
        **was,
    )
    return True


def _check_known(code: str, placement: Placement, active: Mapping[str, Sequence[str]]) -> None:
    """Raise TutorRefused for a code that is no active tutor's of the placement's unit; what was written is not said."""
    unit_id = placement.unit.id
    known = active[unit_id]
    if code in known:
        return
    if not known:
        raise TutorRefused(
            Text(
                "Enheten %(unit_id)s har inga handledare än. Be er behörighetsadministratör att lägga till dem "
                "på sidan Handledare.",
                unit_id=unit_id,
            )
        )
    raise TutorRefused(
        Text(
            "Koden finns inte bland handledarna vid enheten %(unit_id)s. Välj en av %(known)s.",
            unit_id=unit_id,
            known=", ".join(known),
        )
    )


def _check_assignable(placement: Placement, *, today: date) -> None:
    reference = placement.execution_reference
    if placement.handling is not Handling.ORDERED or placement.state is PlacementState.CANCELLED:
        raise StepRefused(
            Text(
                "Placeringen %(reference)s är återkallad och behöver ingen handledare.", reference=reference
            ),
        )
    last = min(placement.last_day or date.max, placement.periods[-1].period.end)
    if last < today:
        raise StepRefused(
            Text(
                "Placeringen %(reference)s är avslutad sedan %(last)s och behöver ingen handledare.",
                reference=reference,
                last=last,
            ),
        )
