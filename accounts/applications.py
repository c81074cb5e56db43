"""Applications for a portal account: made by a supplier, decided by the buyer's administrator.

Convention: one application at a time waits for a company (a unique key says so). Approval makes the responsible
permission administrator (REQ-50), who takes it from there. An application holds a person's name and address; both
are emptied when it has been decided, since the account has them.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from accounts import accounts
from accounts import store as account_store
from accounts.identity import SUPPLIER_SIDE, Permission
from accounts.rules import AccountRefused, mail_address, name_of_person
from accounts.store import ACTIVE
from accounts.tables import account_application, account_responsible
from foundation import journal
from foundation.errors import Language, NotThere
from foundation.sql import Session, rows_changed
from operations.mail import mail
from orders.register.parties import RegisterValueRefused, Supplier, organisation_number
from orders.register.register import Register

WAITING, APPROVED, REFUSED = "WAITING", "APPROVED", "REFUSED"


@dataclass(frozen=True, slots=True)
class Application:
    """One application; `units` empty means all of them."""

    id: int
    organisation: str
    contact_name: str
    email: str
    telephone: str
    units: tuple[str, ...]
    language: Language
    state: str
    made_on: date
    decided_on: date | None
    decided_by: str
    reason: str


def supplier_of(register: Register, text: str) -> Supplier:
    """The supplier with the organisation number written. Raises AccountRefused."""
    try:
        number = organisation_number(text)
    except RegisterValueRefused as wrong:
        raise AccountRefused(*wrong.pair) from None
    for each in register.suppliers:
        if each.organisation_number == number:
            return each
    raise AccountRefused(
        "Företaget har inget avtal hos oss. Kontrollera numret, eller hör av er till er avtalsansvariga.",
        "The company has no contract with us. Check the number, or contact the one responsible for your contract.",
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
        each.state == ACTIVE and Permission.ADMINISTER in each.permissions
        for each in account_store.of_organisation(session, organisation)
    ):
        raise AccountRefused(
            "Företaget har redan ett konto. Er behörighetsadministratör kan lägga till dig.",
            "The company has an account already. Your permission administrator can add you.",
        )
    address = mail_address(email)
    given = {
        "organisation": organisation,
        "contact_name": name_of_person(contact_name),
        "email": address,
        "telephone": " ".join(telephone.split())[:40],
        "units": "\n".join(sorted(units)),
        "language": language,
        "state": WAITING,
        "made_on": today,
    }
    try:
        with journal.attempt(session):
            number = session.execute(
                insert(account_application).returning(account_application.c.id), given
            ).scalar_one()
    except IntegrityError:
        raise AccountRefused(
            "Det finns redan en ansökan för företaget som vi behandlar. Det brukar ta fem till sju dagar.",
            "There is already an application for the company that we are handling. It usually takes five to "
            "seven days.",
        ) from None
    journal.record(session, f"supplier {organisation}", "application.made", f"application {number}")
    mail.put_to_address(
        session, address, language, "application-received", about=f"application {number}", at=at
    )
    return int(number)


def waiting(session: Session) -> tuple[Application, ...]:
    """Those to decide, the oldest first."""
    question = select(account_application).where(account_application.c.state == WAITING)
    rows = session.execute(question.order_by(account_application.c.made_on, account_application.c.id))
    return tuple(_application(row._mapping) for row in rows)


def decided(session: Session, *, at_most: int = 50) -> tuple[Application, ...]:
    """Those decided, the newest first."""
    question = select(account_application).where(account_application.c.state != WAITING)
    newest = question.order_by(account_application.c.decided_on.desc(), account_application.c.id.desc())
    return tuple(_application(row._mapping) for row in session.execute(newest.limit(at_most)))


def by_id(session: Session, application_id: int) -> Application:
    """One application. Raises NotThere."""
    row = session.execute(
        select(account_application).where(account_application.c.id == application_id)
    ).one_or_none()
    if row is None:
        raise NotThere
    return _application(row._mapping)


def approve(session: Session, application_id: int, *, by: str, today: date, at: datetime) -> None:
    """Make the responsible permission administrator and mail the invitation. Raises AccountRefused, NotThere."""
    application = by_id(session, application_id)
    _decide(session, application, APPROVED, by=by, today=today)
    made = accounts.invite(
        session,
        organisation=application.organisation,
        name=application.contact_name,
        address=application.email,
        permissions=SUPPLIER_SIDE,
        units=None,
        language=application.language,
        by=by,
        at=at,
    )
    held = update(account_responsible).where(account_responsible.c.organisation == application.organisation)
    if not rows_changed(session, held.values(account_id=made.id)):
        session.execute(
            insert(account_responsible), {"organisation": application.organisation, "account_id": made.id}
        )
    session.execute(
        update(account_application)
        .where(account_application.c.id == application_id)
        .values(account_id=made.id)
    )


def refuse(session: Session, application_id: int, *, reason: str, by: str, today: date, at: datetime) -> None:
    """Refuse with a reason that the applicant is told. Raises AccountRefused, NotThere."""
    reason = " ".join(reason.split())
    if not reason:
        raise AccountRefused("Skriv varför ansökan avslås.", "Write why the application is refused.")
    application = by_id(session, application_id)
    _decide(session, application, REFUSED, by=by, today=today, reason=reason)
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
    session: Session, application: Application, state: str, *, by: str, today: date, reason: str = ""
) -> None:
    """Close a waiting application; only one of two who press at once does."""
    closing = update(account_application).where(
        account_application.c.id == application.id, account_application.c.state == WAITING
    )
    values = {
        "state": state,
        "decided_on": today,
        "decided_by": by,
        "reason": reason,
        "contact_name": "",
        "email": "",
        "telephone": "",
    }
    if not rows_changed(session, closing.values(values)):
        raise AccountRefused(
            "Ansökan är redan avgjord, kanske av en kollega nyss.",
            "The application has already been decided, perhaps by a colleague just now.",
        )
    action = "application.approved" if state == APPROVED else "application.refused"
    journal.record(session, by, action, f"application {application.id}")


def _application(row: object) -> Application:
    held = dict(row)  # type: ignore[call-overload]
    return Application(
        id=held["id"],
        organisation=held["organisation"],
        contact_name=held["contact_name"],
        email=held["email"],
        telephone=held["telephone"],
        units=tuple(held["units"].split("\n")) if held["units"] else (),
        language="en" if held["language"] == "en" else "sv",
        state=held["state"],
        made_on=held["made_on"],
        decided_on=held["decided_on"],
        decided_by=held["decided_by"],
        reason=held["reason"],
    )
