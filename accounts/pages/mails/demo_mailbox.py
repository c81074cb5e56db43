"""The demo's mailbox: every mail as its receiver would read it, since a demo sends none.

Convention: only a demo has it. Links that let somebody in are made as a mail leaves, so they are not here either.
"""

from fastapi import Request, Response

from foundation.errors import NotThere
from operations.mail import mail_queries
from web.access import person_of, settings_of
from web.pages import Page, pages_router, render, whole_database_of

router = pages_router()
_SIZE = 20


@router.get("/demo/mailbox")
def mailbox(request: Request) -> Response:
    """The mails, the newest first. Nothing here outside a demo."""
    if not settings_of(request).is_demo:
        raise NotThere
    with whole_database_of(request).reading() as session:
        page = Page.of(request, mail_queries.count_laid(session), size=_SIZE)
        mails = mail_queries.laid(session, limit=page.size, offset=page.offset)
    return render(request, person_of(request), "account/demo_mailbox.html", mails=mails, page=page)
