"""Applications for a portal account: made by a supplier, decided by the buyer's administrator.

Convention: one application at a time waits for a company (a unique key says so). Approval makes the responsible
permission administrator (REQ-50), who takes it from there. An application holds a person's name and address; both
are emptied when it has been decided, since the account has them.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy.exc import IntegrityError

from accounts import accounts, application_store
from accounts import store as account_store
from accounts.application_store import Application, ApplicationState
from accounts.identity import Permission
from accounts.journal_actions import AccountsSubject, ApplicationAction
from accounts.rules import AccountRefused, mail_address, name_of_person
from accounts.store import AccountState
from foundation import journal
from foundation.sql import Session
from foundation.text import Language, Text
from foundation.written import kept_words
from operations.alarms import Find
from operations.mail import mail
from operations.waiting_alarms import by_age
from orders.register.parties import RegisterValueRefused, Supplier, organisation_number
from orders.register.register import Register

APPLICATIONS_WAITING = "APPLICATIONS_WAITING"
_RESPONSIBLE: Final = frozenset({Permission.ADMINISTER, Permission.ASSIGN, Permission.REPORT})
"""What the first person at a supplier may do: all that changes something, so seeing as well."""
_TELEPHONE_LONGEST: Final = 40
_REASON_LONGEST: Final = 1000


def supplier_of(register: Register, text: str) -> Supplier:
    """The supplier with the organisation number written. Raises AccountRefused."""
    try:
        number = organisation_number(text)
    except RegisterValueRefused as wrong:
        raise AccountRefused(wrong.text) from None
    for each in register.suppliers:
        if each.organisation_number == number:
            return each
    raise AccountRefused(
        Text(
            "Företaget har inget avtal hos oss. Kontrollera numret, eller hör av er till er avtalsansvariga."
        )
    )


def apply(
    session: Session,
    supplier: Supplier,
    *,
    contact_name: str,
    email: str,
    telephone: str,
    units: tuple[str, ...],
    language: Language,
    today: date,
    at: datetime,
) -> int:
    """Make an application; its number. Raises AccountRefused when one waits or the company has an administrator."""
    organisation = supplier.organisation_number
    if any(
        each.state == AccountState.ACTIVE and Permission.ADMINISTER in each.permissions
        for each in account_store.of_organisation(session, organisation)
    ):
        raise AccountRefused(
            Text("Företaget har redan ett konto. Er behörighetsadministratör kan lägga till dig.")
        )
    address = mail_address(email, utf8=True)  # the page has refused what no mail reaches
    name = name_of_person(contact_name)
    telephone = kept_words.kept_number(telephone, AccountRefused, longest=_TELEPHONE_LONGEST)
    try:
        with journal.attempt(session):
            number = application_store.add(
                session,
                organisation=organisation,
                contact_name=name,
                email=address,
                telephone=telephone,
                units=units,
                language=language,
                made_on=today,
            )
    except IntegrityError:
        raise AccountRefused(
            Text(
                "Det finns redan en ansökan för företaget som vi behandlar. Det brukar ta fem till sju dagar."
            )
        ) from None
    journal.record(
        session, f"supplier {organisation}", ApplicationAction.MADE, AccountsSubject.APPLICATION.of(number)
    )
    mail.put_to_address(
        session, address, language, "application-received", about=f"application {number}", at=at
    )
    return number


def approve(session: Session, application_id: int, *, by: str, today: date, at: datetime) -> None:
    """Make the responsible permission administrator and mail the invitation. Raises AccountRefused, NotThere."""
    application = application_store.by_id(session, application_id)
    _decide(session, application, ApplicationState.APPROVED, by=by, today=today)
    made = accounts.invite(
        session,
        organisation=application.organisation,
        name=application.contact_name,
        address=application.email,
        permissions=_RESPONSIBLE,
        within=None,
        language=application.language,
        by=by,
        at=at,
    )
    application_store.make_responsible(session, application.organisation, made.id)
    application_store.tie_account(session, application_id, made.id)


def refuse(session: Session, application_id: int, *, reason: str, by: str, today: date, at: datetime) -> None:
    """Refuse with a reason that the applicant is told. Raises AccountRefused, NotThere."""
    asked = Text("Skriv varför ansökan avslås.")
    reason = kept_words.kept(reason, AccountRefused, asked=asked, longest=_REASON_LONGEST)
    application = application_store.by_id(session, application_id)
    _decide(session, application, ApplicationState.REFUSED, by=by, today=today, reason=reason)
    mail.put_to_address(
        session,
        application.email,
        application.language,
        "application-refused",
        about=f"application {application_id}",
        at=at,
        reason=reason,
    )


def _decide(
    session: Session,
    application: Application,
    to: ApplicationState,
    *,
    by: str,
    today: date,
    reason: str = "",
) -> None:
    """Close a waiting application; only one of two who press at once does."""
    if not application_store.close(session, application.id, to, by=by, on=today, reason=reason):
        raise AccountRefused(Text("Ansökan är redan avgjord, kanske av en kollega nyss."))
    action = ApplicationAction.APPROVED if to is ApplicationState.APPROVED else ApplicationAction.REFUSED
    journal.record(session, by, action, AccountsSubject.APPLICATION.of(application.id))


def _waiting_since(session: Session, today: date) -> Sequence[date]:
    return application_store.waiting_since(session)


APPLICATION_KINDS: Final[Mapping[str, Find]] = {
    APPLICATIONS_WAITING: by_age(
        APPLICATIONS_WAITING,
        _waiting_since,
        Text(
            "%(count)s ansökningar om konto har väntat i minst %(days)s dagar, den äldsta sedan %(since)s. Godkänn "
            "eller avslå dem under Administration."
        ),
    )
}
"""What is alarmed about of accounts."""
