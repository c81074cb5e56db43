"""What a supplier asks to have changed about itself, and the two people who confirm it.

A request changes nothing. The first of the buyer's people calls the supplier back on a number known
before and notes it; a second, another person, confirms, and then a new version of the register is
kept with the change in it (tables: change_tables). Who asks is never who confirms.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Row, insert, select

from foundation import journal, transitions
from foundation.errors import Refused
from foundation.sql import Session
from foundation.transitions import Transitions
from invoicing.supplier_changes.tables import change_request
from orders.register import store as register_store
from orders.register.parties import AccountScheme, PaymentAccount, Supplier
from orders.register.register import Register

_CALL_BACK_MIN, _TEXT_MAX = 10, 500


class ChangeKind(StrEnum):
    """What may be asked for."""

    ADD_ACCOUNT = "ADD_ACCOUNT"
    REMOVE_ACCOUNT = "REMOVE_ACCOUNT"
    DETAILS = "DETAILS"


class ChangeState(StrEnum):
    """How far a request has come."""

    ASKED = "ASKED"
    FIRST_CONFIRMED = "FIRST_CONFIRMED"
    CONFIRMED = "CONFIRMED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


CHANGE_FOLLOWS = Transitions(
    {
        ChangeState.ASKED: {ChangeState.FIRST_CONFIRMED, ChangeState.REFUSED, ChangeState.WITHDRAWN},
        ChangeState.FIRST_CONFIRMED: {ChangeState.CONFIRMED, ChangeState.REFUSED, ChangeState.WITHDRAWN},
    },
    ends={ChangeState.CONFIRMED, ChangeState.REFUSED, ChangeState.WITHDRAWN},
)

_LONGEST = {"name": 120, "street": 120, "city": 80, "postal_code": 10}

OPEN = (ChangeState.ASKED, ChangeState.FIRST_CONFIRMED)


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """One request, as it stands."""

    id: int
    supplier: str
    kind: ChangeKind
    content: Mapping[str, str]
    state: ChangeState
    asked_by: str
    asked_at: datetime
    first_by: str
    first_at: datetime | None
    call_back: str
    second_by: str
    second_at: datetime | None
    reason: str

    @property
    def is_open(self) -> bool:
        """Whether somebody must still act."""
        return self.state in OPEN


class ChangeRefused(Refused):
    """The request cannot be made, or the step cannot be taken now."""


def ask(
    session: Session,
    register: Register,
    *,
    supplier: str,
    kind: ChangeKind,
    content: Mapping[str, str],
    by: str,
    now: datetime,
) -> int:
    """Keep a request of the supplier; refused where it is wrong in itself or asked for already."""
    applied(register, supplier, kind, content)
    if any(
        dict(each.content) == dict(content) for each in listed(session, supplier=supplier, only_open=True)
    ):
        raise ChangeRefused(
            "Samma ändring är redan begärd och väntar på köparen.",
            "The same change is asked for already and waits for the buyer.",
        )
    row = {
        "supplier": supplier,
        "kind": kind,
        "content": json.dumps(dict(content), ensure_ascii=False, sort_keys=True),
        "state": ChangeState.ASKED,
        "asked_by": by,
        "asked_at": now,
    }
    request_id: int = session.execute(insert(change_request).returning(change_request.c.id), row).scalar_one()
    journal.record(session, by, "change.asked", f"change {request_id}", kind=kind)
    return request_id


def confirm_first(session: Session, request_id: int, *, by: str, call_back: str, now: datetime) -> None:
    """One person of the buyer has called the supplier back and vouches for the request."""
    note = " ".join(call_back.split())[:_TEXT_MAX]
    if len(note) < _CALL_BACK_MIN:
        raise ChangeRefused(
            "Skriv hur ni ringde tillbaka: vilket känt nummer, vilken dag och vad som bekräftades.",
            "Write how you called back: which known number, which day, and what was confirmed.",
        )
    request = get(session, request_id)
    _not_the_one_who_asked(request, by)
    values = {"first_by": by, "first_at": now, "call_back": note}
    _move(session, change_request.c.id == request_id, ChangeState.FIRST_CONFIRMED, values)
    journal.record(session, by, "change.first_confirmed", f"change {request_id}")


def confirm_second(session: Session, register: Register, request_id: int, *, by: str, now: datetime) -> None:
    """Another person confirms: the register gets a new version with the change."""
    request = get(session, request_id)
    _not_the_one_who_asked(request, by)
    if request.first_by == by:
        raise ChangeRefused(
            "Den andra bekräftelsen görs av en annan person än den första.",
            "The second confirmation is another person's than the first.",
        )
    values = {"second_by": by, "second_at": now}
    _move(session, change_request.c.id == request_id, ChangeState.CONFIRMED, values)
    changed = applied(register, request.supplier, request.kind, request.content)
    others = tuple(each for each in register.suppliers if each.organisation_number != request.supplier)
    register_store.save(session, replace(register, suppliers=(*others, changed)), at=now, actor=by)
    journal.record(session, by, "change.confirmed", f"change {request_id}", kind=request.kind)


def refuse(session: Session, request_id: int, *, by: str, reason: str, now: datetime) -> None:
    """The buyer says no, with a reason that the supplier reads."""
    told = " ".join(reason.split())[:_TEXT_MAX]
    if not told:
        raise ChangeRefused(
            "Skriv varför, så att leverantören förstår.", "Write why, so that the supplier knows."
        )
    values = {"reason": told, "second_at": now}
    _move(session, change_request.c.id == request_id, ChangeState.REFUSED, values)
    journal.record(session, by, "change.refused", f"change {request_id}")


def withdraw(session: Session, supplier: str, request_id: int, *, by: str) -> None:
    """The supplier takes its request back."""
    mine = (change_request.c.id == request_id) & (change_request.c.supplier == supplier)
    _move(session, mine, ChangeState.WITHDRAWN, {})
    journal.record(session, by, "change.withdrawn", f"change {request_id}")


def applied(register: Register, supplier: str, kind: ChangeKind, content: Mapping[str, str]) -> Supplier:
    """The supplier as it would be; pure. Raises ChangeRefused or what the register's own values refuse."""
    now = register.supplier(supplier)
    if kind is ChangeKind.DETAILS:
        if any(len(content[name]) > most for name, most in _LONGEST.items()):
            raise ChangeRefused(
                "En uppgift är för lång: namn och gata får ha 120 tecken, orten 80 och postnumret 10. Korta den.",
                "One of the details is too long: name and street may have 120 characters, the town 80 and the postal "
                "code 10. Make it shorter.",
            )
        address = replace(
            now.address,
            street=content["street"].strip(),
            postal_code=content["postal_code"].strip(),
            city=content["city"].strip(),
        )
        changed = replace(now, name=content["name"].strip(), address=address)
        if changed == now:
            raise ChangeRefused("Uppgifterna är redan så här.", "The details are like this already.")
        return changed
    scheme = content["scheme"]
    if scheme not in AccountScheme.__members__:
        raise ChangeRefused("Välj bankgiro, plusgiro eller IBAN.", "Choose bankgiro, plusgiro or IBAN.")
    account = PaymentAccount(AccountScheme(scheme), content["number"])
    if kind is ChangeKind.ADD_ACCOUNT:
        if account in now.payment_accounts:
            raise ChangeRefused("Kontot är redan registrerat.", "The account is registered already.")
        return replace(now, payment_accounts=(*now.payment_accounts, account))
    left = tuple(each for each in now.payment_accounts if each != account)
    if left == now.payment_accounts:
        raise ChangeRefused("Kontot är inte registrerat.", "The account is not registered.")
    if not left:
        raise ChangeRefused(
            "Det sista kontot kan inte tas bort. Begär först att ett nytt läggs till.",
            "The last account cannot be removed. Ask for a new one first.",
        )
    return replace(now, payment_accounts=left)


def get(session: Session, request_id: int) -> ChangeRequest:
    """One request. Raises ChangeRefused where there is none."""
    row = session.execute(select(change_request).where(change_request.c.id == request_id)).one_or_none()
    if row is None:
        raise ChangeRefused("Det finns ingen sådan begäran.", "There is no such request.")
    return _request(row)


def listed(session: Session, *, supplier: str = "", only_open: bool = False) -> Sequence[ChangeRequest]:
    """Requests, newest first: one supplier's, or everybody's."""
    question = select(change_request).order_by(change_request.c.id.desc())
    if supplier:
        question = question.where(change_request.c.supplier == supplier)
    if only_open:
        question = question.where(change_request.c.state.in_(OPEN))
    return [_request(row) for row in session.execute(question)]


def _not_the_one_who_asked(request: ChangeRequest, by: str) -> None:
    if request.asked_by == by:
        raise ChangeRefused(
            "Den som begärt ändringen kan inte bekräfta den.", "Who asked for the change cannot confirm it."
        )


def _move(session: Session, this: ColumnElement[bool], to: ChangeState, values: Mapping[str, object]) -> None:
    """Move a request on from whatever state `to` may follow on, so that of two who do so one is told."""
    state = change_request.c.state
    if transitions.move_all(session, state, this, CHANGE_FOLLOWS, to=to, values=values) != 1:
        raise ChangeRefused(
            "Begäran har ändrats av någon annan. Ladda om sidan och se hur den står.",
            "The request was changed by somebody else. Reload the page and see how it stands.",
        )


def _request(row: Row[tuple[object, ...]]) -> ChangeRequest:
    return ChangeRequest(
        id=row.id,
        supplier=row.supplier,
        kind=ChangeKind(row.kind),
        content=json.loads(row.content),
        state=ChangeState(row.state),
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        first_by=row.first_by,
        first_at=row.first_at,
        call_back=row.call_back,
        second_by=row.second_by,
        second_at=row.second_at,
        reason=row.reason,
    )
