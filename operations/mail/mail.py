"""Mails as part of the work: laid in the outbox in the transaction they tell of, so that both happen or neither.

Convention: use cases and pages call `put_to_address`, or `accounts.mailing` for people with an account, inside
their own `writing()`; what is said stands in `texts.py`. Values given to a mail are numbers, addresses within the
portal, dates and counts, never a person's data. Sending is another matter (`delivery.py`).
"""

from collections.abc import Mapping
from datetime import datetime

from foundation.product import PRODUCT
from foundation.sql import Session
from foundation.text import Language
from operations.mail import store as mail_store
from operations.mail.choice_store import Gathered
from operations.mail.texts import GREETING, STATUS, TEXTS, MailText


def gathered(template: str, language: Language, **values: object) -> Gathered:
    """What a kind of mail says, for the daily one that tells of it among others: without greetings.

    Raises KeyError for an unknown template or a value that its text names and `values` lack.
    """
    text, given = TEXTS[template], {"portal": "{portal}", **values}
    body = text.body.with_values(**given).in_language(language) + _status(text, language, given)
    _, _, said = body.partition("\n\n")
    return Gathered(text.subject.with_values(**given).in_language(language), said.replace("\n\n", "\n"))


def put_to_address(
    session: Session,
    to_address: str,
    language: Language,
    template: str,
    *,
    about: str,
    at: datetime,
    account_id: int | None = None,
    **values: object,
) -> None:
    """Lay a mail to an address, which need not be anybody's account."""
    text = TEXTS[template]
    # The portal's own address is known where the mail leaves.
    given = {"portal": "{portal}", **values}
    body, greeting = text.body.with_values(**given), GREETING.with_values(product=PRODUCT, **given)
    mail_store.add(
        session,
        account_id=account_id,
        to_address=to_address,
        template=template,
        about=about,
        subject=text.subject.with_values(**given).in_language(language),
        body=body.in_language(language) + _status(text, language, given) + greeting.in_language(language),
        language=language,
        at=at,
    )


def _status(text: MailText, language: Language, given: Mapping[str, object]) -> str:
    """The link to how the mail's document stands, where it is about one."""
    return STATUS.with_values(**given).in_language(language) if text.tells_status else ""
