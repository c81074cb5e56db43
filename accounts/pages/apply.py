"""The application for a portal account, open to everybody."""

from functools import partial
from typing import Annotated

from fastapi import Form, Request, Response

from accounts import applications
from accounts.guessing import rate_limit
from accounts.rules import AccountRefused, mail_address, name_of_person
from foundation.text import Text
from orders.register import store as register_store
from web.access import instant_of, settings_of
from web.guards.clients import client_of
from web.pages import database_of, language_of, pages_router, render, see_other, today_of

router = pages_router()

Errors = list[tuple[str, Text]]


@router.get("/apply")
def apply_page(request: Request) -> Response:
    """The form."""
    return _page(request, {})


@router.post("/apply")
def send_application(
    request: Request,
    organisation: Annotated[str, Form(max_length=40)] = "",
    contact_name: Annotated[str, Form(max_length=200)] = "",
    email: Annotated[str, Form(max_length=254)] = "",
    telephone: Annotated[str, Form(max_length=60)] = "",
    units: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Checks every field, then keeps the application and mails that it has come."""
    given = {
        "organisation": organisation,
        "contact_name": contact_name,
        "email": email,
        "telephone": telephone,
        "units": units,
    }
    now = instant_of(request)
    with database_of(request).writing() as session:
        rate_limit.count(session, f"apply {client_of(request)}", rate_limit.ONE_CLIENT, now=now)
        register = register_store.load(session)
    errors: Errors = []
    supplier = None
    try:
        supplier = applications.supplier_of(register, organisation)
    except AccountRefused as wrong:
        errors.append(("organisation", wrong.text))
    for field, check, value in (
        ("contact_name", name_of_person, contact_name),
        ("email", partial(mail_address, utf8=settings_of(request).smtp_utf8), email),
    ):
        try:
            check(value)
        except AccountRefused as wrong:
            errors.append((field, wrong.text))
    if supplier is not None and not errors:
        try:
            with database_of(request).writing() as session:
                applications.apply(
                    session,
                    supplier,
                    contact_name=contact_name,
                    email=email,
                    telephone=telephone,
                    units=tuple(line.strip() for line in units.splitlines() if line.strip()),
                    language=language_of(request),
                    today=today_of(request),
                    at=now,
                )
        except AccountRefused as wrong:
            errors.append(("organisation", wrong.text))
    if errors:
        return _page(request, given, errors)
    return see_other("/apply/received")


@router.get("/apply/received")
def received_page(request: Request) -> Response:
    """What happens next."""
    return render(request, None, "account/applied.html")


def _page(request: Request, given: dict[str, str], errors: Errors | None = None) -> Response:
    return render(
        request, None, "account/apply.html", 422 if errors else 200, given=given, errors=errors or []
    )
