"""Messages pushed to us: POST /webhook/letters, a message with its envelope or bare, as the access point has it.

Outside the pages: no session and no form's proof, but a secret. Either the header `X-Token`
holds the shared secret, or the raw bytes are signed: HMAC-SHA256 with a moment that must be
near ours, in the form of Standard Webhooks (`webhook-id`, `webhook-timestamp`,
`webhook-signature: v1,<base64>` over `id.timestamp.body`) or as
`X-Webhook-Signature: t=<seconds>,v1=<hex>` over `timestamp.body`. Where neither secret is set,
the address does not exist.

The message is stored and committed before the answer leaves, with several buyers in its
recipient's books; reading it comes later. A repeat gets the answer the first one got, with the
country that phoss-ap waits for.
"""

import base64
import hashlib
import hmac
from binascii import Error as NotBase64
from collections.abc import Callable, Sequence
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import Final

import anyio
import structlog
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import SQLAlchemyError

from foundation import books_mark
from foundation.books_mark import BooksRestored
from foundation.database import Database, DatabaseUnusable
from foundation.engines.database_faults import DatabaseAway
from foundation.periods import stockholm_date
from foundation.text import Text
from foundation.written.fitted import within
from operations.exchange_settings import PostSettings
from peppol.envelope import opening
from peppol.exchange import inbox
from peppol.exchange.tables import InState
from peppol.xml.gate_errors import KEPT_MAX
from web.problems import ProblemResponse
from web.refusals.problem_codes import ProblemCode

router = APIRouter(tags=["post"])

_log = structlog.get_logger("post")
_NAME: Final = 200
# So many bytes of a body are held in memory before it is known who sent it; the rest lies in a file.
_UNPROVED_MAX: Final = 1_000_000
# The largest message at a megabyte a second and a half.
_BODY_SECONDS: Final = 150.0
_RETRY: Final = {"Retry-After": "60"}


@router.post("/webhook/letters", summary="Hand a message over to us", include_in_schema=False)
async def take_message(request: Request) -> Response:
    """Store the message and say so; see the module for the secrets. Raises Problem (401, 404, 408, 413, 415, 503)."""
    settings: PostSettings = request.app.state.settings
    database: Database = request.app.state.database
    asked = _Asked(request, settings, database.clock())
    asked.knock()
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise ProblemResponse(ProblemCode.MEDIA_TYPE_NOT_TAKEN, Text("Skicka meddelandet utan komprimering."))
    body = await _body(request, asked)
    if not body:
        raise ProblemResponse(ProblemCode.BODY_UNREADABLE, Text("Meddelandet är tomt."))
    name = request.headers.get("webhook-id") or request.headers.get("X-Message-Id") or ""
    try:
        message = await to_thread.run_sync(_stored, request.app.state.books_for, body, within(name, _NAME))
    except (SQLAlchemyError, DatabaseUnusable, DatabaseAway, BooksRestored):
        raise ProblemResponse(
            ProblemCode.BOOKS_AWAY,
            Text("Meddelandet kunde inte sparas just nu. Skicka det igen om en stund."),
            headers=_RETRY,
        ) from None
    return JSONResponse({"letter": message, "countryCodeC4": settings.access_point_country})


def _stored(books_for: Callable[[bytes], Database], body: bytes, name: str) -> int:
    """Keep the message in its recipient's books, committed when this returns; the first one's number for a repeat.

    Raises DatabaseUnusable, OperationalError.
    """
    database = books_for(body)
    instance_id = opening.instance_id_in(body)
    now = database.clock()
    with database.writing() as session:
        books_mark.tick(session)
        stored = inbox.store(
            session,
            body,
            transport_id=f"webhook/{name or instance_id or hashlib.sha256(body).hexdigest()}",
            # The sender's own id of the delivery is never used for another; without one there is no such key.
            transport_key=f"webhook/{name}" if name else "",
            received_on=stockholm_date(now),
            received_at=now,
            instance_id=instance_id,
        )
    _log.info("message arrived", message=stored.id, instance_id=instance_id, state=stored.state.value)
    first = stored.repeats if stored.state is InState.REPEAT else None
    return stored.id if first is None else first


class _Asked:
    """One request's claim to be the access point."""

    def __init__(self, request: Request, settings: PostSettings, now: datetime) -> None:
        self._headers = request.headers
        self._token = settings.webhook_token.get_secret_value()
        # Two secrets, with a space between, while one takes over from the other.
        self._keys = [_key(each) for each in settings.webhook_secret.get_secret_value().split()]
        self._window = settings.webhook_window
        self._now = now

    def knock(self) -> None:
        """What can be asked before the body is read: is there a webhook, and does this look like its sender."""
        if not self._token and not self._keys:
            raise ProblemResponse(ProblemCode.ADDRESS_UNKNOWN, Text("Adressen finns inte."))
        if self._by_token():
            return
        moment, _, signatures = self._signed()
        if not self._keys or not signatures:
            raise _unknown()
        if abs(self._now.timestamp() - moment) > self._window:
            raise ProblemResponse(
                ProblemCode.SIGNATURE_WRONG,
                Text("Signaturens tid är för långt från vår. Ställ klockan, eller signera på nytt."),
            )

    def proof(self) -> "_Proof":
        """What is to be shown the body part by part as it comes."""
        if self._by_token():
            return _Proof((), ())
        _, before, signatures = self._signed()
        return _Proof([hmac.new(key, before, hashlib.sha256) for key in self._keys], signatures)

    @property
    def is_proved(self) -> bool:
        """Whether it is known before the body who asks."""
        return self._by_token()

    def _by_token(self) -> bool:
        given = self._headers.get("X-Token", "")
        return bool(self._token) and hmac.compare_digest(given.encode(), self._token.encode())

    def _signed(self) -> tuple[int, bytes, list[bytes]]:
        """The moment in seconds, what is signed before the body, and the signatures that were given."""
        standard = self._headers.get("webhook-signature", "")
        if standard:
            name, moment = self._headers.get("webhook-id", ""), self._headers.get("webhook-timestamp", "")
            given = [each.removeprefix("v1,") for each in standard.split() if each.startswith("v1,")]
            return _seconds(moment), f"{name}.{moment}.".encode(), [_from_base64(each) for each in given]
        pairs = [
            each.strip().partition("=") for each in self._headers.get("X-Webhook-Signature", "").split(",")
        ]
        moment = next((value for name, _, value in pairs if name == "t"), "")
        hexadecimal = [value for name, _, value in pairs if name == "v1"]
        return _seconds(moment), f"{moment}.".encode(), [_from_hexadecimal(each) for each in hexadecimal]


def _key(secret: str) -> bytes:
    if secret.startswith("whsec_"):
        return _from_base64(secret.removeprefix("whsec_"))
    return secret.encode()


def _seconds(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else 0


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (NotBase64, ValueError):
        return b""


def _from_hexadecimal(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _unknown() -> ProblemResponse:
    return ProblemResponse(
        ProblemCode.SIGNATURE_WRONG,
        Text(
            "Meddelandet bär varken rätt hemlighet eller rätt signatur. Kontrollera inställningen "
            "hos accesspunkten."
        ),
    )


class _Proof:
    """Whether the bytes that came are those that were signed; none are asked of who bears the token."""

    def __init__(self, hashes: Sequence[hmac.HMAC], signatures: Sequence[bytes]) -> None:
        self._hashes = hashes
        self._signatures = signatures

    def add(self, part: bytes) -> None:
        """The next part of the body."""
        for each in self._hashes:
            each.update(part)

    def check(self) -> None:
        """Whether a signature is right. Raises Problem (401)."""
        if not self._hashes:
            return
        right = [each.digest() for each in self._hashes]
        # Every pair is compared, whatever the first ones say.
        if not any([hmac.compare_digest(given, made) for given in self._signatures for made in right]):
            raise _unknown()


async def _body(request: Request, asked: _Asked) -> bytes:
    """The raw bytes, from whoever is who it says; stops reading where no more is kept. Raises Problem (401, 408, 413).

    A body that is only signed is laid in a file while it comes, and read into memory when its signature is proved.
    """
    declared = request.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > KEPT_MAX:
        raise _too_large()
    proof = asked.proof()
    with SpooledTemporaryFile(max_size=KEPT_MAX if asked.is_proved else _UNPROVED_MAX) as held:
        size = 0
        with anyio.move_on_after(_BODY_SECONDS) as time_left:
            async for part in request.stream():
                size += len(part)
                if size > KEPT_MAX:
                    raise _too_large()
                proof.add(part)
                held.write(part)
        if time_left.cancelled_caught:
            raise ProblemResponse(
                ProblemCode.BODY_TOO_SLOW,
                Text("Meddelandet kom inte fram i tid. Skicka det igen."),
                headers={"Connection": "close"},
            )
        proof.check()
        held.seek(0)
        return held.read()


def _too_large() -> ProblemResponse:
    return ProblemResponse(
        ProblemCode.BODY_TOO_LARGE,
        Text("Meddelandet är större än %(bytes_max)s byte.", bytes_max=KEPT_MAX),
        headers={"Connection": "close"},  # what is left of the body is not read
    )
