"""What is put into mails as they leave, by what each is: links that let somebody in, choose mails, show a status."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from accounts import mailed_links
from accounts import store as account_store
from accounts.mails import mail_links, status_links
from foundation.database import Database
from foundation.periods import stockholm_date
from foundation.sql import Session
from operations.mail import delivery
from operations.mail.delivery import CHOICES, Delivered
from operations.mail.store import ClaimedMail
from operations.mail.texts import DAILY, TEXTS
from operations.settings import Settings


def deliver(database: Database, settings: Settings, *, now: datetime) -> Delivered:
    """Send the mails that are due, each with what is put into it now."""
    return delivery.deliver(database, settings, now=now, links=partial(of_leaving_mail, now=now))


def of_leaving_mail(session: Session, mail: ClaimedMail, *, now: datetime) -> Mapping[str, str]:
    """What is put into one mail, by the names `delivery` knows; nothing for one that may not be declined."""
    text = TEXTS.get(mail.template)
    if text is None or mail.account_id is None:
        return {}
    if text.secret:
        return mailed_links.of_leaving_mail(session, mail, now=now)
    about = mail_links.EVERY_DAILY if mail.template == DAILY else text.notice
    account, today = account_store.by_id(session, mail.account_id), stockholm_date(now)
    made = dict(status_links.in_mail(session, account, mail.body, today=today))
    if about is not None and account is not None:
        made[CHOICES] = mail_links.make(session, account, about, today=today)
    return made
