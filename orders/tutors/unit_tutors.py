"""The list of tutors a unit has: who may be chosen for its placements, kept by the supplier's permission administrator.

A tutor that leaves is closed. Its placements keep it in their history and wait for another (REQ-09); taken up again, it
stands for those that nobody else was given meanwhile.
"""

from datetime import date

from sqlalchemy.exc import IntegrityError

from foundation import journal
from foundation.sql import Session
from foundation.text import Text
from orders.journal_actions import OrdersSubject, TutorAction
from orders.register.register import Register
from orders.tutors import unit_tutor_store
from orders.tutors.tutors import TutorRefused, tutor_code
from orders.tutors.unit_tutor_store import UnitTutor


def add(
    session: Session,
    register: Register,
    supplier: str,
    unit_id: str,
    code: str,
    *,
    person: str = "",
    by: str,
    today: date,
) -> UnitTutor:
    """A new tutor of one of the supplier's units, or of one it has taken over (E-33). Raises TutorRefused."""
    code = tutor_code(code)
    standing = (supplier, *register.predecessors(supplier, today))
    if unit_id not in {each.id for each in register.units if each.supplier in standing}:
        raise TutorRefused(Text("Välj en av organisationens egna enheter."))
    try:
        with journal.attempt(session):
            unit_tutor_store.add(session, supplier, unit_id, code, person=person, on=today)
    except IntegrityError:
        raise TutorRefused(
            Text(
                "Koden finns redan vid enheten. Är den avslutad, öppna den igen; är det någon annan, välj en "
                "annan kod."
            )
        ) from None
    made = unit_tutor_store.by_code(session, unit_id, code)
    assert made is not None  # noqa: S101 - it was written in this transaction
    _note(session, TutorAction.ADDED, made, by=by)
    return made


def close(session: Session, tutor: UnitTutor, *, by: str, today: date) -> None:
    """The tutor leaves: no placement can be given to it, and those it has wait for another. Raises StepRefused."""
    unit_tutor_store.close(session, tutor, on=today)
    _note(session, TutorAction.CLOSED, tutor, by=by)


def reopen(session: Session, tutor: UnitTutor, *, by: str) -> None:
    """The tutor is back. Raises StepRefused."""
    unit_tutor_store.reopen(session, tutor)
    _note(session, TutorAction.REOPENED, tutor, by=by)


def tie(session: Session, tutor: UnitTutor, person: str, *, by: str) -> None:
    """Tie the tutor to a person with an account, by its opaque id; empty for none."""
    unit_tutor_store.tie(session, tutor.id, person)
    journal.record(session, by, TutorAction.TIED, OrdersSubject.TUTOR.of(tutor.id), person=person or "-")


def close_of_person(session: Session, person: str, *, by: str, today: date) -> None:
    """Close every tutor that is tied to a person who has left."""
    for tutor in unit_tutor_store.of_person(session, person):
        close(session, tutor, by=by, today=today)


def _note(session: Session, action: TutorAction, tutor: UnitTutor, *, by: str) -> None:
    subject = OrdersSubject.TUTOR.of(tutor.id)
    journal.record(session, by, action, subject, unit=tutor.unit_id, tutor=tutor.code)
