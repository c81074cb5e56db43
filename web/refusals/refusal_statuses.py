"""Which HTTP status a refusal of the business is answered with, and when it may be tried again.

Convention: the first row that a refusal belongs to decides; what stands in none is a conflict with how things are now
(409), since every refusal says what to do about it.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from accounts.api_clients.audit_periods import NoAuditPeriod
from accounts.api_clients.key_format import SecretMiswritten
from accounts.api_clients.public_keys import KeysRefused
from accounts.api_clients.signing_in import ScopeMissing, WrongKey
from accounts.guessing.rate_limit import SignInsBusy, TooOften
from accounts.mails.status_links import StatusLinkVoid
from foundation.apart.confined import NoneFree, WorkEnded
from foundation.database import DatabaseUnusable
from foundation.errors import NotThere, Refused
from invoicing.documents.store import InvoiceUnknown
from invoicing.portal_invoicing.uploads import AnothersDocument, DocumentInvalid, OutsideUnits
from operations.event_feed.reading import CursorTooOld
from operations.idempotency.replies import InFlight, KeyMalformed, KeyMissing, KeyUsedForOther
from operations.supplier_exports.exporting import ExportOfAllOnly
from operations.webhooks.receiver_addresses import WebhookAddressRefused
from orders.placements.store import PlacementUnknown
from orders.purchase_orders.order_store import OrderUnknown
from orders.register.store import NoRegister
from peppol.exchange.bodies.object_storage import BodyAway, BodyWrong
from web.access import NotPermitted
from web.csrf import NotOurForm
from web.guards.form_fields import FieldTooLong
from web.guards.secrets_in_addresses import SecretInAddress
from web.pdf import PdfBrokenOff, PdfTooSlow
from web.problems import ProblemResponse
from web.refusals.problem_codes import RETRYABLE_STATUSES, code_of

_ROWS: Final[Sequence[tuple[HTTPStatus, tuple[type[Refused], ...]]]] = (
    (HTTPStatus.TOO_MANY_REQUESTS, (TooOften,)),
    (
        HTTPStatus.SERVICE_UNAVAILABLE,
        (DatabaseUnusable, NoneFree, SignInsBusy, PdfTooSlow, PdfBrokenOff, NoRegister, BodyAway, BodyWrong),
    ),
    (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        (WorkEnded, FieldTooLong, KeyUsedForOther, KeysRefused, WebhookAddressRefused, DocumentInvalid),
    ),
    (HTTPStatus.NOT_FOUND, (NotThere, OrderUnknown, InvoiceUnknown, PlacementUnknown, StatusLinkVoid)),
    (HTTPStatus.UNAUTHORIZED, (WrongKey, SecretMiswritten)),
    (
        HTTPStatus.FORBIDDEN,
        (
            NotPermitted,
            NotOurForm,
            ScopeMissing,
            NoAuditPeriod,
            ExportOfAllOnly,
            AnothersDocument,
            OutsideUnits,
        ),
    ),
    (HTTPStatus.GONE, (CursorTooOld,)),
    (HTTPStatus.BAD_REQUEST, (SecretInAddress, KeyMissing, KeyMalformed)),
)
_CHALLENGE: Final = 'Bearer realm="billing"'
_REST_SECONDS: Final = 60


_IN_SECONDS_OF_ITS_OWN: Final = (TooOften, SignInsBusy, InFlight)
_IN_A_MINUTE: Final = (NoRegister, BodyAway)


def comes_through_later(refusal: type[Refused]) -> bool:
    """Whether the very same request may come through later, by its status or since its answer says when."""
    return status_of(refusal) in RETRYABLE_STATUSES or issubclass(
        refusal, (*_IN_SECONDS_OF_ITS_OWN, *_IN_A_MINUTE)
    )


def status_of(refusal: type[Refused]) -> int:
    """The status that a refusal of this kind is answered with."""
    for status, kinds in _ROWS:
        if issubclass(refusal, kinds):
            return status
    return HTTPStatus.CONFLICT


def headers_of(refused: Refused) -> Mapping[str, str]:
    """What the answer says beside its words: when to come again, or how to prove who one is."""
    if isinstance(refused, _IN_SECONDS_OF_ITS_OWN):
        return {"Retry-After": str(refused.seconds)}
    if isinstance(refused, _IN_A_MINUTE):
        return {"Retry-After": str(_REST_SECONDS)}
    if status_of(type(refused)) == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": _CHALLENGE}
    return {}


def problem_of(refused: Refused, headers: Mapping[str, str] | None = None) -> ProblemResponse:
    """The refusal as a problem; `headers` beside its own."""
    kind = type(refused)
    told = {**headers_of(refused), **(headers or {})}
    return ProblemResponse(code_of(kind), refused.text, status=status_of(kind), headers=told)
