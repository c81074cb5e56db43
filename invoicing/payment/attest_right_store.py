"""Rights to attest and substitutes as the database holds them; giving and ending them.

Nobody gives a right to themselves, and none is removed: a right ends on a day, and what it was used for
keeps pointing at it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sqlalchemy import insert, or_, select, update

from foundation import journal
from foundation.errors import NotThere, Refused
from foundation.sql import Session, rows_changed
from foundation.text import Text
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import tables as payment_tables
from invoicing.payment.attest_rights import Right, Substitution

_RIGHT, _SUBSTITUTE = payment_tables.attest_right, payment_tables.attest_substitute


class Given(StrEnum):
    """What lets somebody attest."""

    RIGHT = "RIGHT"
    SUBSTITUTE = "SUBSTITUTE"


_TABLES: Final = {Given.RIGHT: _RIGHT, Given.SUBSTITUTE: _SUBSTITUTE}
_CONFIRMED: Final = {
    Given.RIGHT: (PaymentAction.RIGHT_CONFIRMED, InvoicingSubject.RIGHT),
    Given.SUBSTITUTE: (PaymentAction.SUBSTITUTE_CONFIRMED, InvoicingSubject.SUBSTITUTE),
}


class RightRefused(Refused):
    """The right cannot be given or ended like this."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a right is for; empty is everything."""

    supplier: str = ""
    article: str = ""
    delivery_area: str = ""


def give(
    session: Session,
    *,
    person: str,
    limit: Decimal,
    valid_from: date,
    valid_to: date | None = None,
    reach: Reach = Reach(),
    by: str,
    confirmed_by: str,
) -> int:
    """Give a person a right to attest, as one proposed and another confirmed. Raises RightRefused."""
    _check_two(by, confirmed_by, person)
    if not person or person == by:
        raise RightRefused(Text("Ingen ger sig själv attesträtt. Be en annan administratör."))
    if limit <= 0 or limit != limit.quantize(Decimal("0.01")):
        raise RightRefused(Text("Gränsen ska vara ett belopp över noll med högst två decimaler."))
    _check_days(valid_from, valid_to)
    right_id: int = session.execute(
        insert(_RIGHT).returning(_RIGHT.c.id),
        {
            "person": person,
            "limit_amount": limit,
            "supplier": reach.supplier,
            "article": reach.article,
            "delivery_area": reach.delivery_area,
            "valid_from": valid_from,
            "valid_to": valid_to,
            "given_by": by,
            "confirmed_by": confirmed_by,
        },
    ).scalar_one()
    told = {"person": person, "limit": str(limit), "since": str(valid_from)}
    journal.record(session, by, PaymentAction.RIGHT_GIVEN, InvoicingSubject.RIGHT.of(right_id), **told)
    return right_id


def end(session: Session, right_id: int, *, last_day: date, by: str) -> None:
    """Let a right end. Raises RightRefused where it had ended before."""
    change = (
        update(_RIGHT)
        .where(
            _RIGHT.c.id == right_id,
            or_(_RIGHT.c.valid_to.is_(None), _RIGHT.c.valid_to > last_day),
        )
        .values(valid_to=last_day, valid_from=_earlier(session, right_id, last_day))
    )
    if rows_changed(session, change) != 1:
        raise RightRefused(Text("Attesträtten har redan upphört."))
    subject = InvoicingSubject.RIGHT.of(right_id)
    journal.record(session, by, PaymentAction.RIGHT_ENDED, subject, last_day=str(last_day))


def substitute(
    session: Session,
    *,
    person: str,
    stand_in: str,
    valid_from: date,
    valid_to: date,
    by: str,
    confirmed_by: str,
) -> int:
    """Let one person attest in another's place, as one proposed and another confirmed. Raises RightRefused."""
    _check_two(by, confirmed_by, stand_in)
    if not stand_in or stand_in in (person, by):
        raise RightRefused(Text("Ersättaren ska vara en annan än den som ersätts och den som lägger in det."))
    _check_days(valid_from, valid_to)
    key: int = session.execute(
        insert(_SUBSTITUTE).returning(_SUBSTITUTE.c.id),
        {
            "person": person,
            "substitute": stand_in,
            "valid_from": valid_from,
            "valid_to": valid_to,
            "given_by": by,
            "confirmed_by": confirmed_by,
        },
    ).scalar_one()
    told = {"person": person, "substitute": stand_in, "since": str(valid_from), "until": str(valid_to)}
    journal.record(session, by, PaymentAction.RIGHT_SUBSTITUTE, InvoicingSubject.SUBSTITUTE.of(key), **told)
    return key


def end_substitute(session: Session, substitute_id: int, *, last_day: date, by: str) -> None:
    """Let nobody stand in any longer. Raises RightRefused where it had ended before."""
    begins = session.execute(
        select(_SUBSTITUTE.c.valid_from).where(_SUBSTITUTE.c.id == substitute_id)
    ).scalar_one_or_none()
    change = (
        update(_SUBSTITUTE)
        .where(_SUBSTITUTE.c.id == substitute_id, _SUBSTITUTE.c.valid_to > last_day)
        .values(valid_to=last_day, valid_from=last_day if begins is None else min(begins, last_day))
    )
    if rows_changed(session, change) != 1:
        raise RightRefused(Text("Ersättaren har redan upphört."))
    subject = InvoicingSubject.SUBSTITUTE.of(substitute_id)
    journal.record(session, by, PaymentAction.SUBSTITUTE_ENDED, subject, last_day=str(last_day))


def given_alone(session: Session, kind: Given, key: int) -> tuple[str, str]:
    """Who gave a right or a substitute alone, and whom it lets attest. Raises NotThere where none waits."""
    table = _TABLES[kind]
    lets = table.c.person if kind is Given.RIGHT else table.c.substitute
    question = select(table.c.given_by, lets).where(table.c.id == key, table.c.confirmed_by == "")
    row = session.execute(question).one_or_none()
    if row is None:
        raise NotThere
    return row[0], row[1]


def confirm(session: Session, kind: Given, key: int, *, by: str) -> None:
    """Confirm as the second person what one gave alone. Raises NotThere, RightRefused."""
    given_by, lets = given_alone(session, kind, key)
    _check_two(given_by, by, lets)
    table = _TABLES[kind]
    change = update(table).where(table.c.id == key, table.c.confirmed_by == "").values(confirmed_by=by)
    if rows_changed(session, change) != 1:
        raise RightRefused(Text("Någon annan har redan bekräftat det."))
    action, subject = _CONFIRMED[kind]
    journal.record(session, by, action, subject.of(key), person=lets, given_by=given_by)


def _check_two(given_by: str, confirmed_by: str, lets: str) -> None:
    if not confirmed_by or confirmed_by in (given_by, lets):
        raise RightRefused(
            Text(
                "En annan än den som gav attesträtten, och än den som får den, bekräftar. Be en administratör."
            )
        )


def rights(session: Session) -> Sequence[Right]:
    """Every right ever given, by person and day."""
    rows = session.execute(select(_RIGHT).order_by(_RIGHT.c.person, _RIGHT.c.valid_from, _RIGHT.c.id))
    return [
        Right(
            id=row.id,
            person=row.person,
            limit=row.limit_amount,
            supplier=row.supplier,
            article=row.article,
            delivery_area=row.delivery_area,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            is_confirmed=bool(row.confirmed_by),
        )
        for row in rows
    ]


def substitutions(session: Session) -> Sequence[Substitution]:
    """Every substitution ever entered, by its first day."""
    rows = session.execute(select(_SUBSTITUTE).order_by(_SUBSTITUTE.c.valid_from, _SUBSTITUTE.c.id))
    return [
        Substitution(
            row.person,
            row.substitute,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            id=row.id,
            is_confirmed=bool(row.confirmed_by),
        )
        for row in rows
    ]


def _earlier(session: Session, right_id: int, last_day: date) -> date:
    """A right that ends before it began holds on no day: its first day goes with it."""
    begins = session.execute(select(_RIGHT.c.valid_from).where(_RIGHT.c.id == right_id)).scalar_one_or_none()
    return min(begins, last_day) if begins is not None else last_day


def _check_days(first: date, last: date | None) -> None:
    if last is not None and last < first:
        raise RightRefused(
            Text(
                "Sista dagen %(last_day)s är före första dagen %(first_day)s.", last_day=last, first_day=first
            )
        )
    if last is not None and last - first > timedelta(days=3660):
        raise RightRefused(Text("Ange en tid på högst tio år."))
