"""How the mails stand, for a person who asks."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from foundation.sql import Session
from operations.mail.store import MailState
from operations.mail.tables import mail


@dataclass(frozen=True, slots=True)
class MailCount:
    """How many mails of one template are in one state."""

    state: MailState
    template: str
    count: int


def counts(session: Session) -> Sequence[MailCount]:
    """How many mails there are, by state and template."""
    rows = session.execute(
        select(mail.c.state, mail.c.template, func.count())
        .group_by(mail.c.state, mail.c.template)
        .order_by(mail.c.state, mail.c.template)
    )
    return [MailCount(MailState(state), template, count) for state, template, count in rows]
