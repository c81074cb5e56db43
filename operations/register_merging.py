"""What a load of the register leaves as two people have confirmed it, and what it asks two people for instead.

Convention: where the files say otherwise of a supplier than the register about what takes two people
(`invoicing.supplier_changes.who_changes`), the register's stands, and each difference is told. What the files newly say
becomes a request, as if the supplier had asked, and the supplier may take it back: it knows best what is its own. One
that it took back, or that two people have decided the other way, is told and not asked again, so old files bring back
nothing. A supplier that is new comes with its accounts, and nothing is paid to it before
two people have confirmed them. The first load of an empty register is all of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import JoinedText, Text
from invoicing.payment import account_confirmation_store
from invoicing.supplier_changes import change_request_store, change_requests
from invoicing.supplier_changes.change_request_store import ChangeKind, ChangeRequest, ChangeState
from invoicing.supplier_changes.who_changes import TWO_PEOPLE
from orders.register import policy_store
from orders.register import store as register_store
from orders.register.parties import PaymentAccount, Supplier
from orders.register.register import Register

_OPPOSITE: Final = {
    ChangeKind.ADD_ACCOUNT: ChangeKind.REMOVE_ACCOUNT,
    ChangeKind.REMOVE_ACCOUNT: ChangeKind.ADD_ACCOUNT,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the files say otherwise of a supplier, and what two people would be asked for it."""

    supplier: str
    kind: ChangeKind
    content: Mapping[str, str]
    sentence: Text


@dataclass(frozen=True, slots=True)
class Merged:
    """The register as a load keeps it, and what it does not take from the files."""

    register: Register
    asked: tuple[Difference, ...] = ()
    decided: tuple[Text, ...] = ()
    new_suppliers: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[Text, ...]:
        """Each difference in words, a line each."""
        return (*(each.sentence for each in self.asked), *self.decided)


def merge(session: Session, in_force: Register | None, read: Register, *, today: date) -> Merged:
    """The register that a load of `read` keeps, and each difference it leaves out."""
    if in_force is None:
        return Merged(read)
    held = {each.organisation_number: each for each in in_force.suppliers}
    asked: list[Difference] = []
    decided: list[Text] = []
    suppliers = []
    for given in read.suppliers:
        before = held.get(given.organisation_number)
        if before is None:
            suppliers.append(given)
            continue
        suppliers.append(replace(given, **{key: getattr(before, key) for key in TWO_PEOPLE}))
        named = _named(read, given)
        decided += _kept(before, given, named, today=today)
        for found in _differences(before, given, named, today=today):
            why = _not_asked(session, in_force, found, today=today)
            if why is None:
                asked.append(found)
            else:
                decided.append(JoinedText(" ", (found.sentence, why)))
    if read.policy != in_force.policy and policy_store.versions(session):
        decided.append(
            Text(
                "policy: reglerna ändras på sidan Regler sedan en första version finns där, och filens gäller inte."
            )
        )
    new = tuple(each.organisation_number for each in suppliers if each.organisation_number not in held)
    return Merged(replace(read, suppliers=tuple(suppliers)), tuple(asked), tuple(decided), new)


def ask(session: Session, merged: Merged, *, by: str, now: datetime) -> int:
    """Ask two people for what the files newly say, and for the accounts of new suppliers; how many requests."""
    made = 0
    for each in merged.asked:
        change_requests.ask(
            session,
            merged.register,
            supplier=each.supplier,
            kind=each.kind,
            content=each.content,
            by=by,
            now=now,
        )
        made += 1
    for supplier in merged.new_suppliers:
        accounts = merged.register.supplier(supplier).payment_accounts
        request = change_request_store.add(
            session,
            supplier=supplier,
            kind=ChangeKind.NEW_SUPPLIER,
            content={str(place): _account_words(each) for place, each in enumerate(accounts, 1)},
            by=by,
            now=now,
        )
        account_confirmation_store.hold(session, supplier, request_id=request)
        made += 1
    return made


def _differences(before: Supplier, given: Supplier, named: Text, *, today: date) -> Iterator[Difference]:
    number = given.organisation_number
    for account in given.payment_accounts:
        if not _has(before, account, today):
            yield Difference(
                number,
                ChangeKind.ADD_ACCOUNT,
                _account(account),
                Text(
                    "%(supplier)s: filen har kontot %(account)s, registret inte.",
                    supplier=named,
                    account=_masked(account),
                ),
            )
    for account in before.payment_accounts:
        if account.valid_to is None and not _has(given, account, today):
            yield Difference(
                number,
                ChangeKind.REMOVE_ACCOUNT,
                {"scheme": account.scheme.value, "number": account.number},
                Text(
                    "%(supplier)s: registret har kontot %(account)s, filen inte.",
                    supplier=named,
                    account=_masked(account),
                ),
            )
    if _details(before, on=today) != _details(given, on=today):
        yield Difference(
            number,
            ChangeKind.DETAILS,
            _details(given, on=today),
            Text("%(supplier)s: filen har ett annat namn eller en annan adress.", supplier=named),
        )


def _has(supplier: Supplier, account: PaymentAccount, today: date) -> bool:
    """Whether the supplier has the account now or later; one that ended before today says nothing."""
    if account.valid_to is not None and account.valid_to < today:
        return True
    return any(
        each.is_same_as(account.scheme, account.number) and (each.valid_to is None or each.valid_to >= today)
        for each in supplier.payment_accounts
    )


def _kept(before: Supplier, given: Supplier, named: Text, *, today: date) -> Iterator[Text]:
    """What the files say otherwise that no request can say: the register's stands."""
    for account in before.payment_accounts:
        for other in given.payment_accounts:
            if not other.is_same_as(account.scheme, account.number) or account.valid_to is not None:
                continue
            ends = other.valid_to is not None and other.valid_to >= today
            if ends or (account.payee_name, account.payee_number) != (other.payee_name, other.payee_number):
                yield Text(
                    "%(supplier)s: filen säger annat om kontot %(account)s (sista dag eller betalningsmottagare). "
                    "Registrets står kvar: låt leverantören begära ändringen den dagen.",
                    supplier=named,
                    account=_masked(account),
                )
    was, is_now = before.on(today).address, given.on(today).address
    if (was.country, was.additional_street) != (is_now.country, is_now.additional_street):
        yield Text(
            "%(supplier)s: filen har ett annat land eller en annan extra adressrad. Registrets står kvar.",
            supplier=named,
        )


def _not_asked(session: Session, in_force: Register, found: Difference, *, today: date) -> Text | None:
    """Why two people are not asked for what the files say; None where they are."""
    earlier = change_request_store.listed(session, supplier=found.supplier)
    if any(_is_the_same(each, found) for each in earlier if each.is_open):
        return Text("Det väntar redan på två personer.")
    if any(each.state is ChangeState.WITHDRAWN and _is_the_same(each, found) for each in earlier):
        return Text(
            "Leverantören har tagit tillbaka det: rätta filen. Stämmer den ändå begär leverantören det i portalen."
        )
    if _decided_otherwise(session, earlier, found):
        return Text("Två personer har bestämt det: rätta filen.")
    try:
        change_requests.applied(in_force, found.supplier, found.kind, found.content, on=today)
    except Refused as refused:
        return refused.text
    return None


def _decided_otherwise(session: Session, earlier: Sequence[ChangeRequest], found: Difference) -> bool:
    """Whether it has been decided the other way: removed what the file has, added what it lacks, or refused."""
    if any(each.state is ChangeState.REFUSED and _is_the_same(each, found) for each in earlier):
        return True
    confirmed = [each for each in earlier if each.state is ChangeState.CONFIRMED]
    if found.kind is ChangeKind.DETAILS:
        # What the files have been left with since before the change.
        return any(each.kind is ChangeKind.DETAILS for each in confirmed) and any(
            _details(each) == dict(found.content)
            for each in register_store.versions_of_supplier(session, found.supplier)
        )
    return any(
        each.kind is _OPPOSITE[found.kind] and _same_account(each.content, found.content)
        for each in confirmed
    )


def _is_the_same(request: ChangeRequest, found: Difference) -> bool:
    if request.kind is not found.kind:
        return False
    if found.kind is ChangeKind.DETAILS:
        return dict(request.content) == dict(found.content)
    return _same_account(request.content, found.content)


def _same_account(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    digits = ["".join(sign for sign in each["number"] if sign.isalnum()) for each in (one, other)]
    return one["scheme"] == other["scheme"] and digits[0] == digits[1]


def _details(supplier: Supplier, *, on: date = date.max) -> dict[str, str]:
    """Name and address as a request says them, from the day on; the last there are where no day is given."""
    address = supplier.on(on).address
    return {
        "name": supplier.name,
        "street": address.street,
        "postal_code": address.postal_code,
        "city": address.city,
    }


def _account(account: PaymentAccount) -> Mapping[str, str]:
    written = {"scheme": account.scheme.value, "number": account.number}
    if account.payee_name:
        written |= {"payee_name": account.payee_name, "payee_number": account.payee_number}
    return written


def _account_words(account: PaymentAccount) -> str:
    return f"{account.scheme.value} {account.number} {account.payee_name}".strip()


def _masked(account: PaymentAccount) -> str:
    """An account as far as a line on a terminal says it: its kind and last four digits."""
    return f"{account.scheme.value} …{account.number[-4:]}"


def _named(register: Register, supplier: Supplier) -> Text:
    """A supplier by its contract, since its number may be a person's."""
    contracts = sorted(
        each.id for each in register.contracts if each.supplier == supplier.organisation_number
    )
    return Text("Leverantören med avtal %(contracts)s", contracts=", ".join(contracts) or "–")
