"""A program proposes a register, and a person loads it or says no: the two that a load by the API takes.

Convention: what the person loads is compared with the register as it is then, and what takes two people of suppliers
(decision 69) is asked of them as by any other load. Whoever answers for the program is no second person to it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session, take_turns
from foundation.text import Text
from foundation.written import kept_words
from operations import register_loading
from operations.register_loading import RegisterChecked, RegisterLoaded
from operations.register_loads import store
from operations.register_loads.store import LoadState, ProposedLoad
from orders.journal_actions import OrdersSubject, RegisterAction
from orders.register.needs import Need, RegisterUnfit
from orders.register.register import Register


class RegisterLoadRefused(Refused):
    """The register cannot be proposed, or the proposal cannot be decided that way."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal and what loading it would do now; `is_new` unless the same register waited already."""

    load: ProposedLoad
    checked: RegisterChecked
    is_new: bool


def propose(
    session: Session, read: Register, *, also: Iterable[Need] = (), by: str, now: datetime, today: date
) -> Proposed:
    """Keep a register for a person to load. The same one twice is one proposal.

    Raises RegisterUnfit where a load would be refused, and RegisterLoadRefused where it would change nothing.
    """
    take_turns(session, "register loads")
    checked = register_loading.check(session, read, also=also, today=today)
    held = checked.in_force
    if held is not None and held.buyer.organisation_number != read.buyer.organisation_number:
        raise RegisterLoadRefused(
            Text(
                "Registret är en annan köpares: organisationsnumret i buyer är ett annat än i böckerna. Skicka det "
                "till rätt adress."
            )
        )
    if checked.refused:
        raise RegisterUnfit(checked.refused)
    if not checked.changes and not checked.merged.asked:
        raise RegisterLoadRefused(Text("Registret är redan så. Det finns inget att läsa in."))
    sha256 = hashlib.sha256(read.to_json().encode()).hexdigest()
    waiting = store.waiting_alike(session, sha256)
    if waiting is not None:
        return Proposed(waiting, checked, is_new=False)
    number = store.add(session, read, sha256=sha256, by=by, at=now)
    subject = OrdersSubject.REGISTER_LOAD.of(number)
    journal.record(session, by, RegisterAction.LOAD_PROPOSED, subject, sha256=sha256)
    return Proposed(store.get(session, number), checked, is_new=True)


def looked_at(
    session: Session, number: int, *, also: Iterable[Need] = (), today: date
) -> tuple[ProposedLoad, RegisterChecked]:
    """A proposal, and what loading it would change now. Raises NotThere."""
    held = store.get(session, number)
    read = store.register_of(session, number)
    return held, register_loading.check(session, read, also=also, today=today)


def load(
    session: Session,
    number: int,
    *,
    responsible: str,
    also: Iterable[Need] = (),
    by: str,
    now: datetime,
    today: date,
) -> RegisterLoaded:
    """Load what is proposed, as the person who has looked at it; `responsible` answers for the program.

    Raises NotThere, RegisterLoadRefused, StepRefused, RegisterUnfit.
    """
    needs = list(also)
    held, checked = looked_at(session, number, also=needs, today=today)
    if by in (held.proposed_by, responsible):
        raise RegisterLoadRefused(
            Text("Du svarar för systemet som föreslog registret. En annan administratör läser in det.")
        )
    store.move(session, held, LoadState.LOADED, by=by, at=now)
    subject = OrdersSubject.REGISTER_LOAD.of(number)
    journal.record(
        session, by, RegisterAction.LOAD_CONFIRMED, subject, proposed_by=held.proposed_by, sha256=held.sha256
    )
    read = store.register_of(session, number)
    return register_loading.load(session, read, checked, also=needs, by=by, now=now, today=today)


def decline(session: Session, number: int, *, by: str, reason: str, now: datetime) -> None:
    """Say no, with a reason that the program is told. Raises NotThere, RegisterLoadRefused, StepRefused."""
    told = kept_words.kept(
        reason, RegisterLoadRefused, asked=Text("Skriv varför, så att den som sköter systemet förstår.")
    )
    _end(session, number, LoadState.DECLINED, RegisterAction.LOAD_DECLINED, by=by, reason=told, now=now)


def withdraw(session: Session, number: int, *, by: str, now: datetime) -> None:
    """Take back what one has proposed. Raises NotThere, RegisterLoadRefused, StepRefused."""
    if store.get(session, number).proposed_by != by:
        raise RegisterLoadRefused(Text("Ett annat system har föreslagit registret. En person kan säga nej."))
    _end(session, number, LoadState.WITHDRAWN, RegisterAction.LOAD_WITHDRAWN, by=by, now=now)


def _end(
    session: Session,
    number: int,
    to: LoadState,
    action: RegisterAction,
    *,
    by: str,
    reason: str = "",
    now: datetime,
) -> None:
    store.move(session, store.get(session, number), to, by=by, at=now, reason=reason)
    journal.record(session, by, action, OrdersSubject.REGISTER_LOAD.of(number))
