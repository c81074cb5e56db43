"""Pages behind mailed links: taking up an invitation, choosing a new password, tying an e-ID."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Form, Request, Response

from accounts import accounts, mailed_links, passwords, tokens
from accounts import store as account_store
from accounts.guessing import rate_limit
from accounts.mailed_link_store import LinkPurpose
from accounts.mailed_links import MailedLink
from accounts.openid.departing import TieTo
from accounts.openid.provider_settings import OpenIdProvider
from accounts.pages import known_browser, sign_in_queue
from accounts.pages.openid import send_off
from accounts.pages.provider_choices import invited_to, provider_of
from accounts.password_rules import PasswordRefused, chosen_password
from foundation.errors import NotThere, Refused
from foundation.text import Text
from web.access import instant_of
from web.guards.clients import client_of
from web.pages import database_of, pages_router, render, see_other

router = pages_router()


@router.get("/link/{secret}")
def link_page(request: Request, secret: str) -> Response:
    """Asks for a password; the link stays good until the form is sent."""
    with database_of(request).reading() as session:
        link = mailed_links.look(session, secret, now=instant_of(request))
    return _page(request, secret, link)


@router.post("/link/{secret}")
async def use_link(
    request: Request,
    secret: str,
    password: Annotated[str, Form(max_length=1000)] = "",
    again: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Chooses the password and uses the link up, when the turn has come."""
    return await sign_in_queue.in_turn(request, lambda: _use_link(request, secret, password, again))


def _use_link(request: Request, secret: str, password: str, again: str) -> Response:
    now = instant_of(request)
    with database_of(request).reading() as session:
        link = mailed_links.look(session, secret, now=now)
        about = accounts.words_about(session, link.account)
    try:
        chosen = chosen_password(password, again, about=about)
    except PasswordRefused as wrong:
        return _page(request, secret, link, wrong.text)
    password_hash = passwords.hashed(chosen)
    with database_of(request).writing() as session:
        accounts.take_up(session, secret, password_hash, now=now)
    response = see_other("/sign-in", said=Text("Lösenordet är valt. Logga in med det."))
    # Whoever reads the account's mail is no stranger, also while strangers guess at its name.
    known_browser.remember(request, response, link.account.id)
    return response


@router.post("/link/{secret}/openid")
def tie_by_link(
    request: Request, secret: str, provider: Annotated[str, Form(max_length=30)] = ""
) -> Response:
    """Off to the provider; what comes back is tied to the link's account, and uses the link up."""
    with database_of(request).reading() as session:
        link = mailed_links.look(session, secret, now=instant_of(request))
    chosen = provider_of(request, provider)
    if chosen not in _providers(request, link):
        raise NotThere
    return send_off(request, chosen, TieTo(link=tokens.fingerprint(secret)), back="/")


@router.get("/forgotten")
def forgotten_page(request: Request) -> Response:
    """Asks for the mail address."""
    return render(request, None, "account/forgotten.html")


@router.post("/forgotten")
def forgotten(request: Request, name: Annotated[str, Form(max_length=254)] = "") -> Response:
    """Mails a link where the address has an account; the answer is the same where it has none."""
    now = instant_of(request)
    if not name.strip():
        raise Refused(Text("Skriv adressen som hör till kontot.")).at("name")
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
        chooses_password=link.purpose != LinkPurpose.IDENTITY,
        providers=_providers(request, link),
        account=link.account,
        shortest=passwords.SHORTEST,
        wrong=wrong,
    )


def _providers(request: Request, link: MailedLink) -> Sequence[OpenIdProvider]:
    """Those the link may be used with instead of a password."""
    return () if link.purpose == LinkPurpose.RESET else invited_to(request, link.account)
