"""What a supplier asks to have changed about itself, and the two people who confirm it.

A request changes nothing, and a confirmed one nothing that held before its day. The first of the buyer's people
calls the supplier back on a number known before and notes it; a second, another person, confirms, and then a new
version of the register is kept with the change in it (tables: change_tables). Who asks is never who confirms.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from foundation import journal
from foundation.periods import stockholm_date
from foundation.sql import Session
from foundation.text import JoinedText, Text
from foundation.written import kept_words
from invoicing.journal_actions import InvoicingSubject, SupplierAction
from invoicing.payment import account_confirmation_store
from invoicing.supplier_changes import change_request_store
from invoicing.supplier_changes.change_request_store import (
    OF_THE_BUYER,
    ChangeKind,
    ChangeRefused,
    ChangeRequest,
    ChangeState,
)
from orders.register import store as register_store
from orders.register.parties import AccountScheme, Address, DatedAddress, PaymentAccount, Supplier
from orders.register.reading.allowed_values import objections
from orders.register.register import Register

_CALL_BACK_MIN = 10
# What changes where money goes: who confirms it does not attest the supplier's next payment.
_OF_ACCOUNTS = (ChangeKind.ADD_ACCOUNT, ChangeKind.REMOVE_ACCOUNT, ChangeKind.NEW_SUPPLIER)


_LONGEST = {"name": 120, "street": 120, "city": 80, "postal_code": 10}


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
    applied(register, supplier, kind, content, on=stockholm_date(now))
    if any(
        dict(each.content) == dict(content)
        for each in change_request_store.listed(session, supplier=supplier, only_open=True)
    ):
        raise ChangeRefused(Text("Samma ändring är redan begärd och väntar på köparen."))
    request_id = change_request_store.add(
        session, supplier=supplier, kind=kind, content=content, by=by, now=now
    )
    subject = InvoicingSubject.CHANGE.of(request_id)
    journal.record(session, by, SupplierAction.CHANGE_ASKED, subject, kind=kind)
    return request_id


def confirm_first(session: Session, request_id: int, *, by: str, call_back: str, now: datetime) -> None:
    """One person of the buyer has called the supplier back and vouches for the request."""
    asked = Text("Skriv hur ni ringde tillbaka: vilket känt nummer, vilken dag och vad som bekräftades.")
    note = kept_words.kept(call_back, ChangeRefused, asked=asked, shortest=_CALL_BACK_MIN)
    request = change_request_store.get(session, request_id)
    _not_the_one_who_asked(request, by)
    values = {"first_by": by, "first_at": now, "call_back": note}
    change_request_store.move(session, request_id, ChangeState.FIRST_CONFIRMED, values)
    journal.record(session, by, SupplierAction.CHANGE_FIRST_CONFIRMED, InvoicingSubject.CHANGE.of(request_id))


def confirm_second(session: Session, request_id: int, *, by: str, now: datetime, today: date) -> None:
    """Another person confirms: the newest register gets the change, which holds from today on.

    What others have changed since the request was read stays. What the buyer asked itself changes nothing of the
    register.
    """
    request = change_request_store.get(session, request_id)
    _not_the_one_who_asked(request, by)
    if request.first_by == by:
        raise ChangeRefused(Text("Den andra bekräftelsen görs av en annan person än den första."))
    values = {"second_by": by, "second_at": now}
    change_request_store.move(session, request_id, ChangeState.CONFIRMED, values)
    if request.kind not in OF_THE_BUYER:

        def with_change(newest: Register) -> Register:
            changed = applied(newest, request.supplier, request.kind, request.content, on=today)
            others = (each for each in newest.suppliers if each.organisation_number != request.supplier)
            return replace(newest, suppliers=(*others, changed))

        register_store.revise(session, with_change, at=now, actor=by)
    if request.kind in _OF_ACCOUNTS:
        people = (request.first_by, by)
        account_confirmation_store.note(session, request_id, people, supplier=request.supplier, at=now)
    subject = InvoicingSubject.CHANGE.of(request_id)
    journal.record(session, by, SupplierAction.CHANGE_CONFIRMED, subject, kind=request.kind)


def refuse(session: Session, request_id: int, *, by: str, reason: str, now: datetime) -> None:
    """The buyer says no, with a reason that the supplier reads."""
    asked = Text("Skriv varför, så att leverantören förstår.")
    told = kept_words.kept(reason, ChangeRefused, asked=asked)
    values = {"reason": told, "second_at": now}
    change_request_store.move(session, request_id, ChangeState.REFUSED, values)
    journal.record(session, by, SupplierAction.CHANGE_REFUSED, InvoicingSubject.CHANGE.of(request_id))


def withdraw(session: Session, supplier: str, request_id: int, *, by: str) -> None:
    """The supplier takes its request back."""
    change_request_store.move(session, request_id, ChangeState.WITHDRAWN, {}, supplier=supplier)
    journal.record(session, by, SupplierAction.CHANGE_WITHDRAWN, InvoicingSubject.CHANGE.of(request_id))


def applied(
    register: Register, supplier: str, kind: ChangeKind, content: Mapping[str, str], *, on: date
) -> Supplier:
    """The supplier as it would be from `on`; what held before that day stays. Pure.

    Raises ChangeRefused or what the register's own values refuse.
    """
    now = register.supplier(supplier)
    if kind is ChangeKind.DETAILS:
        return _with_details(now, content, on=on)
    if kind in OF_THE_BUYER:
        return now
    scheme = content["scheme"]
    if scheme not in AccountScheme.__members__:
        raise ChangeRefused(Text("Välj bankgiro, plusgiro eller IBAN."))
    account = PaymentAccount(
        AccountScheme(scheme),
        content["number"],
        valid_from=on,
        payee_name=content.get("payee_name", "").strip(),
        payee_number=content.get("payee_number", "").strip(),
    )
    same = [each for each in now.payment_accounts if each.is_same_as(account.scheme, account.number)]
    open_ended = [each for each in same if each.valid_to is None or each.valid_to >= on]
    if kind is ChangeKind.ADD_ACCOUNT:
        if open_ended:
            raise ChangeRefused(Text("Kontot är redan registrerat."))
        return replace(now, payment_accounts=(*now.payment_accounts, account))
    if not open_ended:
        raise ChangeRefused(Text("Kontot är inte registrerat."))
    if set(now.on(on).own_accounts) <= set(open_ended):
        raise ChangeRefused(Text("Det sista kontot kan inte tas bort. Begär först att ett nytt läggs till."))
    kept = (_ended(each, before=on) if each in open_ended else each for each in now.payment_accounts)
    return replace(now, payment_accounts=tuple(each for each in kept if each is not None))


def _ended(account: PaymentAccount, *, before: date) -> PaymentAccount | None:
    """The account up to the day before; None where it had not begun by then."""
    if account.valid_from is not None and account.valid_from >= before:
        return None
    return replace(account, valid_to=before - timedelta(days=1))


def _with_details(now: Supplier, content: Mapping[str, str], *, on: date) -> Supplier:
    """The supplier with another name, and another address from that day on."""
    if any(len(content[name]) > most for name, most in _LONGEST.items()):
        raise ChangeRefused(
            Text(
                "En uppgift är för lång: namn och gata får ha 120 tecken, orten 80 och postnumret 10. Korta den."
            ),
        )
    held = now.on(on).address
    address = replace(
        held,
        street=content["street"].strip(),
        postal_code=content["postal_code"].strip(),
        city=content["city"].strip(),
    )
    changed = replace(now, name=content["name"].strip())
    if address != held:
        changed = replace(changed, address=_moved(now, address, on=on))
    # What stood wrong before is the buyer's to correct and keeps no other change back.
    if wrong := [
        each for each in objections(changed) if each[1] not in {told for _, told in objections(now)}
    ]:
        raise ChangeRefused(JoinedText(" ", (sentence for _, sentence in wrong)))
    if changed == now:
        raise ChangeRefused(Text("Uppgifterna är redan så här."))
    return changed


def _moved(now: Supplier, address: Address, *, on: date) -> tuple[DatedAddress, ...]:
    """The addresses there were, and this one from that day on."""
    before = now.address if isinstance(now.address, tuple) else (_dated(now.address, None),)
    return (
        *(each for each in before if each.valid_from is None or each.valid_from < on),
        _dated(address, on),
    )


def _dated(address: Address, day: date | None) -> DatedAddress:
    return DatedAddress(
        address.street,
        address.city,
        address.postal_code,
        address.additional_street,
        address.country,
        valid_from=day,
    )


def _not_the_one_who_asked(request: ChangeRequest, by: str) -> None:
    if request.asked_by == by:
        raise ChangeRefused(Text("Den som begärt ändringen kan inte bekräfta den."))
