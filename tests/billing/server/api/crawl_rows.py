"""Who may ask each operation of the machine API, and what of a supplier's own it names: one row for each.

Convention: `$ORDER` and `$REFERENCE` stand for what the supplier has, which nobody else is told. A row says what is
asked of one thing; whatever the operation lists is looked through besides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from accounts.api_clients.model import SUPPLIER_SCOPES, ApiScope


@dataclass(frozen=True, slots=True)
class ApiRow:
    """`may` are the scopes of which one is enough; none: anybody. `path`, `query` and `body` name what is its own.

    `sandbox`: test clients alone. `of_client`: it belongs to the client that made it, and nobody else finds it.
    `media_type` is the body's.
    """

    may: frozenset[ApiScope] = frozenset()
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    media_type: str = "application/json"
    sandbox: bool = False
    of_client: bool = False

    @property
    def names_its_own(self) -> bool:
        """Whether something of the supplier's is named in it."""
        return bool(self.path) or "$ORDER" in str(self.body)


_SEES: Final = SUPPLIER_SCOPES
_REPORT: Final = frozenset({ApiScope.REPORT})
_WEBHOOKS: Final = frozenset({*SUPPLIER_SCOPES, ApiScope.EVENTS_READ})
_WEBHOOK: Final = {"name": "Ledger", "url": "https://hooks.example/rusta"}
_LINE: Final = {"line": "$ORDER/001"}

ROWS: Final[Mapping[str, ApiRow]] = {
    "livez": ApiRow(),
    "readyz": ApiRow(),
    "metrics": ApiRow(),
    "list_problems": ApiRow(),
    "validate_document": ApiRow(body="<Invoice/>", media_type="application/xml"),
    "request_token": ApiRow(
        body="grant_type=client_credentials", media_type="application/x-www-form-urlencoded"
    ),
    "list_orders": ApiRow(_SEES, query={"reference": "$REFERENCE"}),
    "read_order": ApiRow(_SEES, {"number": "$ORDER"}),
    "read_order_message": ApiRow(_SEES, {"number": "$ORDER"}),
    "preview_invoice": ApiRow(frozenset({ApiScope.REPORT, ApiScope.VIEW}), body=_LINE),
    "make_invoice": ApiRow(_REPORT, body=_LINE),
    "list_webhooks": ApiRow(_WEBHOOKS),
    "make_webhook": ApiRow(_WEBHOOKS, body=_WEBHOOK),
    "read_webhook": ApiRow(_WEBHOOKS, {"number": "99"}, of_client=True),
    "change_webhook": ApiRow(_WEBHOOKS, {"number": "99"}, body={"name": "Nya"}, of_client=True),
    "end_webhook": ApiRow(_WEBHOOKS, {"number": "99"}, of_client=True),
    "make_webhook_secret": ApiRow(_WEBHOOKS, {"number": "99"}, of_client=True),
    "end_webhook_secret": ApiRow(_WEBHOOKS, {"number": "99", "secret": "1"}, of_client=True),
    "list_webhook_deliveries": ApiRow(_WEBHOOKS, {"number": "99"}, of_client=True),
    "redeliver_webhook": ApiRow(_WEBHOOKS, {"number": "99"}, body={"delivery": 1}, of_client=True),
    "send_webhook_test": ApiRow(_WEBHOOKS, {"number": "99"}, of_client=True),
    "send_events": ApiRow(
        frozenset({ApiScope.EVENTS_WRITE}), body=[{}], media_type="application/cloudevents-batch+json"
    ),
    "list_events": ApiRow(frozenset({ApiScope.EVENTS_READ})),
    "send_ledger_answers": ApiRow(frozenset({ApiScope.LEDGER_ANSWER}), body=[]),
    "read_service_figures": ApiRow(frozenset({ApiScope.FIGURES_READ})),
    "read_sandbox": ApiRow(_SEES, sandbox=True),
    "reset_sandbox": ApiRow(_SEES, sandbox=True),
    "make_sample_order": ApiRow(_SEES, body={}, sandbox=True),
    "advance_sandbox": ApiRow(_SEES, body={}, sandbox=True),
    "list_sandbox_messages": ApiRow(_SEES, sandbox=True),
    "read_sandbox_message": ApiRow(_SEES, {"number": "1"}, sandbox=True),
    "hand_in_sandbox_message": ApiRow(_REPORT, body="<Invoice/>", media_type="application/xml", sandbox=True),
}
