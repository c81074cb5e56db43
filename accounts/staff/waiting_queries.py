"""What waits for a second administrator, and the alarm about it: changes of the staff, and rights given alone.

Everything else that takes two people has its alarm in `operations/waiting_alarms.py`; the table of them all stands in
tests/operations/test_waiting_alarms.py.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import or_, select

from accounts.staff.change_store import StaffChangeState
from accounts.tables import staff_change
from foundation.periods import stockholm_date
from foundation.sql import Session
from foundation.text import Text
from invoicing.payment.tables import attest_right, attest_substitute
from operations.alarms import Find
from operations.waiting_alarms import by_age

STAFF_CHANGES_WAITING: Final = "STAFF_CHANGES_WAITING"


def since(session: Session, today: date) -> Sequence[date]:
    """The days since when each waits. A right that was given alone has waited since it began."""
    proposed = session.scalars(
        select(staff_change.c.proposed_at).where(staff_change.c.state == StaffChangeState.PROPOSED)
    )
    found = [stockholm_date(each) for each in proposed]
    for table in (attest_right, attest_substitute):
        question = select(table.c.valid_from).where(
            table.c.confirmed_by == "",
            table.c.valid_from <= today,
            or_(table.c.valid_to.is_(None), table.c.valid_to >= today),
        )
        found += session.scalars(question)
    return found


STAFF_KINDS: Final[Mapping[str, Find]] = {
    STAFF_CHANGES_WAITING: by_age(
        STAFF_CHANGES_WAITING,
        since,
        Text(
            "%(count)s ändringar av köparens personer eller attesträtter har väntat i minst %(days)s dagar på en andra "
            "administratör, den äldsta sedan %(since)s. Bekräfta dem eller säg nej under Administration, Personer, "
            "och under Betalningar, Attesträtter. Ett förslag förfaller efter 14 dagar."
        ),
    ),
}
"""What is alarmed about by its age, of the buyer's people."""
