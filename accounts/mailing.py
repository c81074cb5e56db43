"""Mail to people by their accounts: laid in the outbox, or gathered for the daily one, as each has chosen.

Convention: what somebody may choose about is told in the pages too, in the same transaction and whatever was chosen.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from accounts import store as account_store
from accounts.identity import Permission
from accounts.notifications import store as notification_store
from accounts.store import Account, AccountState
from foundation.sql import Session
from operations.mail import choice_store
from operations.mail.choices import MailChoice
from operations.mail.mail import gathered, put_to_address
from operations.mail.texts import TEXTS
from orders.placements import place_queries
from orders.register.unit_scope import UnitPlace


def put(session: Session, to: Account, template: str, *, about: str, at: datetime, **values: object) -> bool:
    """Lay a mail to one account in the outbox, or gather it for the daily one; False where its kind is declined.

    `about` names the thing for the operator, as "invoice 7324". Raises KeyError for an unknown template or a
    value that its text names and `values` lack.
    """
    notice = TEXTS[template].notice
    if notice is not None:
        notification_store.tell(session, to.id, template, values, at=at)
    choice = MailChoice.AT_ONCE if notice is None else choice_store.of(session, to.id)[notice]
    if choice is MailChoice.NEVER:
        return False
    if notice is not None and choice is MailChoice.DAILY:
        choice_store.gather(session, to.id, notice, gathered(template, to.language, **values), at=at)
        return True
    put_to_address(
        session,
        to.sign_in_name,
        to.language,
        template,
        about=about,
        at=at,
        account_id=to.id,
        **values,
    )
    return True


def put_to_supplier(
    session: Session,
    organisation: str,
    template: str,
    *,
    about: str,
    at: datetime,
    permissions: Collection[Permission] = (Permission.REPORT,),
    places: Collection[UnitPlace] = (),
    **values: object,
) -> int:
    """Lay a mail to everybody at the organisation who has one of the permissions, and every place that is named.

    How many were laid: those who declined, were only invited or have left get none.
    """
    return sum(
        put(session, each, template, about=about, at=at, **values)
        for each in _at_work(session, organisation, permissions)
        if all(_sees(each, place) for place in places)
    )


def put_to_supplier_counted(
    session: Session,
    organisation: str,
    template: str,
    places: Sequence[UnitPlace],
    *,
    about: str,
    at: datetime,
    permissions: Collection[Permission] = (Permission.REPORT,),
    **values: object,
) -> int:
    """The same about many things at once, each at its place: `count` is how many of them the person sees.

    Whoever sees none of them gets no mail.
    """
    mails = 0
    for each in _at_work(session, organisation, permissions):
        count = sum(_sees(each, place) for place in places)
        if count:
            mails += put(session, each, template, about=about, at=at, count=count, **values)
    return mails


def _at_work(session: Session, organisation: str, permissions: Collection[Permission]) -> list[Account]:
    return [
        each
        for each in account_store.of_organisation(session, organisation)
        if each.state == AccountState.ACTIVE and each.permissions & frozenset(permissions)
    ]


def _sees(to: Account, place: UnitPlace) -> bool:
    return to.person.within is None or to.person.within.holds(place.unit_id, place.address_id)


def put_about_order(
    session: Session, supplier: str, template: str, order_number: str, *, at: datetime
) -> int:
    """Lay a mail about an order to those at the supplier who see it; how many were laid."""
    place = place_queries.place_of_order(session, order_number)
    return put_to_supplier(
        session,
        supplier,
        template,
        about=f"order {order_number}",
        at=at,
        permissions=(Permission.REPORT, Permission.ASSIGN),
        places=() if place is None else (place,),
        number=order_number,
    )
