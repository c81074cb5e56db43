"""Loading a register: what it would change, what the books would lack, and the load itself.

Nothing is kept of a register that the books cannot live with. Needs that stand above this folder (who can sign
in) are handed in by the caller.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from invoicing.model import SupplierInvoice
from invoicing.verdicts import parking
from operations import register_merging, register_need_queries, register_specimens
from operations.register_merging import Merged
from orders.register import store as register_store
from orders.register.difference import TableDifference, difference
from orders.register.needs import Need, RegisterUnfit, lacking
from orders.register.register import Register


@dataclass(frozen=True, slots=True)
class RegisterChecked:
    """What a load would do: the register it was compared with, how it differs, and why it may not be loaded.

    `merged` is what a load keeps: the files, but for what two people confirm. `lacking` is what the books would lack,
    `invalid` what would make a document of ours invalid.
    """

    in_force: Register | None
    merged: Merged
    differences: tuple[TableDifference, ...]
    lacking: tuple[Text, ...]
    invalid: tuple[Text, ...]

    @property
    def refused(self) -> tuple[Text, ...]:
        """Everything the register is refused for."""
        return (*self.lacking, *self.invalid)

    @property
    def changes(self) -> bool:
        """Whether a load would keep a new version."""
        return self.in_force is None or bool(self.differences)

    @property
    def sentences(self) -> tuple[Text, ...]:
        """Everything that differs, a line each: what a load changes, then what it leaves to two people."""
        return (*(each.sentence for each in self.differences), *self.merged.sentences)


@dataclass(frozen=True, slots=True)
class RegisterLoaded:
    """What a load did: whether there is a new version, what held invoices it set free, what it asks two people for."""

    new: bool
    freed: tuple[SupplierInvoice, ...]
    asked: int


class RegisterMovedOn(Refused):
    """Somebody else changed the register after the difference was shown."""

    def __init__(self) -> None:
        super().__init__(
            Text("Registret har ändrats av någon annan sedan skillnaden visades. Kör om och se efter igen.")
        )


def check(session: Session, read: Register, *, also: Iterable[Need] = (), today: date) -> RegisterChecked:
    """What loading `read` would change, and what it is refused for; changes nothing."""
    in_force = register_store.newest(session)
    merged = register_merging.merge(session, in_force, read, today=today)
    return RegisterChecked(
        in_force,
        merged,
        difference(in_force, merged.register) if in_force else (),
        _lacking(session, merged.register, in_force, also),
        register_specimens.faults(read, today=today),
    )


def load(
    session: Session,
    read: Register,
    checked: RegisterChecked,
    *,
    also: Iterable[Need] = (),
    by: str,
    now: datetime,
    today: date,
) -> RegisterLoaded:
    """Keep the register as a new version, ask two people for what takes two, and judge held invoices again.

    `checked` is what was found of it before. What the books need is asked again, since they may have moved on;
    specimens follow from the register alone. Raises RegisterMovedOn, or RegisterUnfit.
    """
    register_store.follow_each_other(session)
    in_force = register_store.newest(session)
    if in_force != checked.in_force:
        raise RegisterMovedOn
    merged = register_merging.merge(session, in_force, read, today=today)
    if refused := (*_lacking(session, merged.register, in_force, also), *checked.invalid):
        raise RegisterUnfit(refused)
    new = register_store.save(session, merged.register, at=now, actor=by)
    asked = register_merging.ask(session, merged, by=by, now=now)
    freed = parking.judge_waiting_for_register(session, merged.register, today=today) if new else []
    return RegisterLoaded(new, tuple(freed), asked)


def _lacking(
    session: Session, read: Register, in_force: Register | None, also: Iterable[Need]
) -> tuple[Text, ...]:
    needs = [*register_need_queries.needs(session), *also]
    return (*_currency_changed(session, read, in_force), *lacking(read, needs, in_force=in_force))


def _currency_changed(session: Session, read: Register, in_force: Register | None) -> Iterator[Text]:
    """What was ordered stands in one currency, and is invoiced, paid and reconciled in it."""
    if in_force is None or in_force.buyer.currency == read.buyer.currency:
        return
    if register_need_queries.has_orders(session):
        yield Text(
            "Köparens valuta är %(was)s, och det finns ordrar i den: den kan inte bli %(currency)s. Behåll "
            "currency i [buyer], eller lägg till en köpare för %(currency)s med: billing buyers add",
            was=in_force.buyer.currency,
            currency=read.buyer.currency,
        )
