"""Pages behind mailed links: taking up an invitation, and choosing a new password."""

from typing import Annotated

from fastapi import Form, Request, Response

from accounts import accounts, mailed_links, passwords, rate_limit
from accounts import store as account_store
from accounts.mailed_link_store import LinkPurpose
from accounts.mailed_links import MailedLink
from accounts.pages.sign_in import client_of
from accounts.password_rules import PasswordRefused, chosen_password
from foundation.text import Text
from web.access import instant_of
from web.pages import database_of, pages_router, render, see_other

router = pages_router()


@router.get("/link/{secret}")
def link_page(request: Request, secret: str) -> Response:
    """Asks for a password; the link stays good until the form is sent."""
    with database_of(request).reading() as session:
        link = mailed_links.look(session, secret, now=instant_of(request))
    return _page(request, secret, link)


@router.post("/link/{secret}")
def use_link(
    request: Request,
    secret: str,
    password: Annotated[str, Form(max_length=1000)] = "",
    again: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Chooses the password and uses the link up."""
    now = instant_of(request)
    with database_of(request).reading() as session:
        link = mailed_links.look(session, secret, now=now)
    try:
        chosen = chosen_password(
            password, again, about=(link.account.sign_in_name, link.account.display_name)
        )
    except PasswordRefused as wrong:
        return _page(request, secret, link, wrong.text)
    password_hash = passwords.hashed(chosen)
    with database_of(request).writing() as session:
        accounts.take_up(session, secret, password_hash, now=now)
    return see_other("/sign-in", said=Text("Lösenordet är valt. Logga in med det."))


@router.get("/forgotten")
def forgotten_page(request: Request) -> Response:
    """Asks for the mail address."""
    return render(request, None, "account/forgotten.html")


@router.post("/forgotten")
def forgotten(request: Request, name: Annotated[str, Form(max_length=254)] = "") -> Response:
    """Mails a link where the address has an account; the answer is the same where it has none."""
    now = instant_of(request)
    with database_of(request).writing() as session:
        rate_limit.count(session, f"reset from {client_of(request)}", rate_limit.MAILS, now=now)
    with database_of(request).writing() as session:
        name = account_store.normal_name(name)
        try:
            rate_limit.count(session, f"reset {name}", rate_limit.MAILS, now=now)
        except rate_limit.TooOften:
            pass  # the mailbox is spared, and the answer tells nothing
        else:
            accounts.ask_for_reset(session, name, at=now)
    return see_other(
        "/sign-in",
        said=Text("Om adressen hör till ett konto kommer ett mejl med en länk inom några minuter."),
    )


def _page(request: Request, secret: str, link: MailedLink, wrong: Text | None = None) -> Response:
    return render(
        request,
        None,
        "account/link.html",
        200 if wrong is None else 422,
        secret=secret,
        is_invitation=link.purpose == LinkPurpose.INVITE,
        account=link.account,
        shortest=passwords.SHORTEST,
        wrong=wrong,
    )
