"""What every POST of a page must prove: that it comes from a form of ours, opened by the one who sends it.

Convention: two independent proofs, both required. The browser says where the request comes from (Sec-Fetch-Site,
or Origin where it does not tell), and the form carries the token derived from the sender's own cookie. The parsed
form is left in `request.state.form` for handlers that read it themselves.
"""

import hmac
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import FormData

from foundation.errors import Refused
from foundation.text import Text
from web import cookies
from web.access import SignInFirst
from web.guards import words_written
from web.guards.own_paths import page_before

TOKEN_FIELD: Final = "form_token"  # noqa: S105 - the name of a field
FIELDS_MAX: Final = 5_000
_OPEN_TO_ALL: Final = (
    *(
        "/sign-",
        "/language",
        "/look",
        "/shortcuts",
        "/link/",
        "/forgotten",
        "/apply",
        "/mails/",
        "/buyers",
        "/status/",
    ),
)
"""Forms for those who have not signed in: such a one that is too old is loaded anew."""
_HARMLESS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class NotOurForm(Refused):
    """The request was not sent by a form of ours, or by one from before signing in or out."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Formuläret är inte längre giltigt, och ingenting har ändrats. Gå tillbaka, läs in "
                "sidan igen och försök en gång till."
            )
        )


class Unwritable(Refused):
    """A text of the form cannot be kept."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Texten innehåller ett osynligt tecken (noll) som inte kan sparas. Gå tillbaka, skriv "
                "om texten och försök igen."
            )
        )


async def guarded(request: Request) -> None:
    """The dependency of every page: refuses what changes something without both proofs, and what no row should hold."""
    words_written.check_address(request.url.path, request.query_params.multi_items())
    if request.method in _HARMLESS:
        return
    if not _is_own_origin(request):
        raise NotOurForm
    form = await request.form(max_fields=FIELDS_MAX, max_files=100)
    request.state.form = form
    given = form.get(TOKEN_FIELD)
    expected = cookies.form_token(request)
    if not (isinstance(given, str) and expected and hmac.compare_digest(given.encode(), expected.encode())):
        if _was_signed_in(request):
            await form.close()
            raise SignInFirst(page_before(request), has_sent=True)
        raise NotOurForm
    if any(isinstance(value, str) and "\0" in value for _, value in form.multi_items()):
        raise Unwritable
    words_written.check_form(form.multi_items())


def _was_signed_in(request: Request) -> bool:
    """Whether the form was shown to somebody whose session the browser has let go since: a page of ours sent it."""
    is_open = request.url.path.startswith(_OPEN_TO_ALL)
    return not (is_open or cookies.read(request, cookies.SESSION)) and page_before(request) not in ("", "/")


def form_of(request: Request) -> FormData:
    """The form that was sent, after `guarded` let it in."""
    form: FormData = request.state.form
    return form


def _is_own_origin(request: Request) -> bool:
    """Whether the browser says that one of our own pages sent this."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is None and origin is None:
        return False
    if site is not None and site != "same-origin":
        return False
    return origin is None or _same_host(request, origin)


def _same_host(request: Request, origin: str) -> bool:
    public: str = request.app.state.settings.public_url
    if public:
        return origin == _origin(public)
    return urlsplit(origin).netloc == request.headers.get("Host", "")


def _origin(url: str) -> str:
    """The origin of an address as a browser writes it: small letters, and no port that goes without saying.

    >>> _origin("HTTPS://Portal.Example:443/"), _origin("http://127.0.0.1:8000")
    ('https://portal.example', 'http://127.0.0.1:8000')
    """
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{port}"
