"""Choosing which mails to get: on one's own page, and from the link in a mail without signing in.

Convention: opening the link's page changes nothing. Its form does, and so does what a mail program sends when its
reader presses "unsubscribe" (RFC 8058): it comes without cookie or form of ours, and the signed link is its proof.
"""

from collections.abc import Mapping

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from accounts.identity import Person
from accounts.mails import mail_links
from accounts.mails.mail_links import MailLink
from foundation.errors import Refused
from foundation.text import Text
from operations.mail import choice_store
from operations.mail.choices import CHOICE_WORDS, MailChoice
from operations.mail.texts import MailKind
from web import cookies
from web.access import signed_in
from web.csrf import form_of
from web.pages import database_of, pages_router, render, see_other, today_of

router = pages_router()
one_click = APIRouter(include_in_schema=False, max_body_size=10_000)

_ONE_CLICK = ("List-Unsubscribe", "One-Click")


class NotOneClick(Refused):
    """Something was sent to a mail's link that no mail program sends."""

    def __init__(self) -> None:
        super().__init__(Text("Öppna länken i en webbläsare och välj där vilka mejl du får."))


@router.post("/account/mails")
def choose(request: Request, person: Person = signed_in()) -> Response:
    """Keeps how the person wants each kind of mail."""
    with database_of(request).writing() as session:
        choice_store.choose(session, person.account_id, _chosen(request))
    return see_other("/account", said=Text("Ditt val är sparat."))


@router.get("/mails/{token}")
def link_page(request: Request, token: str) -> Response:
    """What its reader gets, and can choose; in the language of the account, unless another was chosen here."""
    with database_of(request).reading() as session:
        link = mail_links.read(session, token, today=today_of(request))
        chosen = choice_store.of(session, link.account.id)
    if not cookies.read(request, cookies.LANGUAGE):
        response = see_other(request.url.path)
        cookies.put(request, response, cookies.LANGUAGE, link.account.language)
        return response
    return _page(request, token, link, chosen)


@router.post("/mails/{token}/choices")
def choose_by_link(request: Request, token: str) -> Response:
    """Keeps how the account's holder wants each kind of mail."""
    with database_of(request).writing() as session:
        link = mail_links.read(session, token, today=today_of(request))
        choice_store.choose(session, link.account.id, _chosen(request))
    return see_other(f"/mails/{token}", said=Text("Ditt val är sparat."))


@one_click.post("/mails/{token}")
async def decline_by_mail_program(request: Request, token: str) -> Response:
    """Lets no more mails of the kind come, on the word of a mail program; the same again changes nothing."""
    form = await request.form(max_fields=5, max_files=0)
    if form.get(_ONE_CLICK[0]) != _ONE_CLICK[1]:
        raise NotOneClick
    await to_thread.run_sync(_decline, request, token)
    return PlainTextResponse("OK")


def _decline(request: Request, token: str) -> None:
    with database_of(request).writing() as session:
        mail_links.decline(session, mail_links.read(session, token, today=today_of(request)))


def _chosen(request: Request) -> Mapping[MailKind, MailChoice]:
    """What the form says of each kind; one that it does not name is left as it is."""
    form = form_of(request)
    known = {str(each): each for each in MailChoice}
    return {kind: known[given] for kind in MailKind if (given := str(form.get(f"mail-{kind}"))) in known}


def _page(request: Request, token: str, link: MailLink, chosen: Mapping[MailKind, MailChoice]) -> Response:
    return render(
        request,
        None,
        "account/mail_choices.html",
        token=token,
        kind=link.kind,
        kinds=kinds_shown(chosen),
        choices=CHOICES_SHOWN,
    )


CHOICES_SHOWN = [(str(each), words) for each, words in CHOICE_WORDS.items()]
"""The choices of each kind, as a page's dots have them."""


def kinds_shown(chosen: Mapping[MailKind, MailChoice]) -> list[tuple[str, Text, str]]:
    """Each kind with what it is called, and what is chosen."""
    return [(str(each), each.told, str(choice)) for each, choice in chosen.items()]
