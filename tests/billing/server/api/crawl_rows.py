"""Who may ask each operation of the machine API, and what of a supplier's own it names: one row for each.

Convention: `$ORDER`, `$REFERENCE` and the like stand for what the supplier has (`crawl_world`), which nobody else is
told. A row says what is asked of one thing; whatever the operation lists is looked through besides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from accounts.api_clients.model import SUPPLIER_SCOPES, ApiScope


@dataclass(frozen=True, slots=True)
class ApiRow:
    """`may` are the scopes of which one is enough; none: anybody. `path`, `query` and `body` name what is its own.

    `sandbox`: test clients alone. `of_client`: it belongs to the client that made it, and nobody else finds it.
    `of_all`: nobody has it whose client is kept to some units. `row_by_row`: each row is refused by itself, in a good
    answer. `numbered_anew`: a sandbox has one of its own with the same number. `media_type` is the body's.
    """

    may: frozenset[ApiScope] = frozenset()
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    media_type: str = "application/json"
    sandbox: bool = False
    of_client: bool = False
    of_all: bool = False
    row_by_row: bool = False
    numbered_anew: bool = False

    @property
    def names_its_own(self) -> bool:
        """Whether something of the supplier's is named in it."""
        return bool(self.path) or any(each in str(self.body) for each in ("$ORDER", "$OPEN_ORDER", "$CASE"))


_SEES: Final = SUPPLIER_SCOPES
_REPORTS: Final = frozenset({ApiScope.REPORT})
_ASSIGNS: Final = frozenset({ApiScope.ASSIGN})
_LOOKS: Final = frozenset({ApiScope.VIEW})
_DOCUMENTS: Final = frozenset({ApiScope.DOCUMENTS_READ})
_FINANCE: Final = frozenset({ApiScope.FINANCE_READ})
_REGISTER: Final = frozenset({ApiScope.REGISTER_READ, ApiScope.REGISTER_WRITE})
_AUDIT: Final = frozenset({ApiScope.AUDIT_READ})
_WEBHOOKS: Final = frozenset({*SUPPLIER_SCOPES, ApiScope.EVENTS_READ})
_WEBHOOK: Final = {"name": "Ledger", "url": "https://hooks.example/rusta"}
_LINE: Final = {"line": "$OPEN_ORDER/001"}
_CASE: Final = {"reference": "$CASE"}
_OBJECTION: Final = {"number": "$ORDER", "objection": "$OBJECTION"}
_INVOICE: Final = {"invoice_id": "$DOCUMENT"}

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
    # Up to the invoice.
    "list_placements": ApiRow(_SEES),
    "read_placement": ApiRow(_SEES, _CASE),
    "list_tutors": ApiRow(_ASSIGNS | _LOOKS),
    "appoint_tutor": ApiRow(_ASSIGNS, _CASE, body={"tutor": "handledare-7"}),
    "appoint_tutors": ApiRow(
        _ASSIGNS,
        body={"rows": [{"execution_reference": "$CASE", "tutor": "handledare-7"}]},
        row_by_row=True,
    ),
    "file_informative_report": ApiRow(_REPORTS, _CASE, body={"kind": "CONTACT"}),
    "read_informative_report": ApiRow(_SEES, {**_CASE, "number": "$TOLD"}),
    "withdraw_informative_report": ApiRow(_REPORTS, {**_CASE, "number": "$TOLD"}),
    "list_reports": ApiRow(_REPORTS | _LOOKS),
    "file_report": ApiRow(_REPORTS, body={"execution_reference": "$CASE", "month": "2026-10"}),
    "file_reports": ApiRow(
        _REPORTS,
        body={"rows": [{"execution_reference": "$CASE", "month": "2026-10"}]},
        row_by_row=True,
    ),
    "read_report": ApiRow(_REPORTS | _LOOKS, {**_CASE, "month": "2026-09"}),
    "correct_report": ApiRow(_REPORTS, {**_CASE, "month": "2026-09"}, body={}),
    "list_receipts": ApiRow(_SEES),
    "list_receipts_of_line": ApiRow(_SEES, {"number": "$ORDER", "line": "001"}),
    "list_objections": ApiRow(_SEES, {"number": "$ORDER"}),
    "make_objection": ApiRow(
        _REPORTS | _ASSIGNS, {"number": "$ORDER"}, body={"points": [{"reason": "UNIT"}]}
    ),
    "read_objection": ApiRow(_SEES, _OBJECTION),
    "withdraw_objection": ApiRow(_REPORTS | _ASSIGNS, _OBJECTION),
    "list_lines_to_invoice": ApiRow(_REPORTS | _LOOKS),
    # Invoices and what comes after.
    "make_invoices": ApiRow(_REPORTS, body={"rows": [{"line": "$ORDER/001"}]}, row_by_row=True),
    "preview_invoice": ApiRow(_REPORTS | _LOOKS, body=_LINE),
    "send_invoice": ApiRow(_REPORTS, body=_LINE),
    "list_invoices": ApiRow(_REPORTS | _LOOKS),
    "read_invoice": ApiRow(_REPORTS | _LOOKS, _INVOICE),
    "read_invoice_xml": ApiRow(_REPORTS | _LOOKS, _INVOICE),
    "read_invoice_pdf": ApiRow(_REPORTS | _LOOKS, _INVOICE),
    "list_outgoing_invoices": ApiRow(_REPORTS | _LOOKS),
    "read_outgoing_invoice": ApiRow(_REPORTS | _LOOKS, {"made_id": "$MADE"}),
    "undo_outgoing_invoice": ApiRow(_REPORTS, {"made_id": "$MADE"}),
    "list_answers": ApiRow(_REPORTS | _LOOKS),
    "read_answer": ApiRow(_REPORTS | _LOOKS, {"answer_id": "$ANSWER"}),
    "read_answer_xml": ApiRow(_REPORTS | _LOOKS, {"answer_id": "$ANSWER"}),
    "list_payments": ApiRow(_REPORTS | _LOOKS),
    "read_payment": ApiRow(_REPORTS | _LOOKS, {"payment": "$PAYMENT"}),
    "read_remittance": ApiRow(_REPORTS | _LOOKS, {"payment": "$PAYMENT"}),
    "list_claims": ApiRow(_REPORTS | _LOOKS),
    "read_claim": ApiRow(_REPORTS | _LOOKS, {"number": "$CLAIM"}),
    "read_claim_letter": ApiRow(_REPORTS | _LOOKS, {"number": "$CLAIM", "position": "1"}),
    "dispute_claim": ApiRow(_REPORTS, {"number": "$CLAIM"}, body={"words": "Vi har levererat."}),
    "list_price_lists": ApiRow(_SEES),
    "list_articles": ApiRow(_SEES),
    "read_settings": ApiRow(_SEES),
    "change_settings": ApiRow(_REPORTS, body={"series": {"letters": "RM"}}, of_all=True),
    "list_exports": ApiRow(_REPORTS | _LOOKS, of_all=True),
    "ask_for_export": ApiRow(_REPORTS | _LOOKS, of_all=True),
    "read_export": ApiRow(_REPORTS | _LOOKS, {"number": "$EXPORT"}, of_all=True, numbered_anew=True),
    "fetch_export": ApiRow(_REPORTS | _LOOKS, {"number": "$EXPORT"}, of_all=True, numbered_anew=True),
    # The buyer's.
    "list_documents": ApiRow(_DOCUMENTS),
    "read_document": ApiRow(_DOCUMENTS, {"number": "$DOCUMENT"}),
    "read_document_xml": ApiRow(_DOCUMENTS, {"number": "$DOCUMENT"}),
    "list_exceptions": ApiRow(_DOCUMENTS),
    "list_vouchers": ApiRow(_FINANCE, query={"month": "2026-03"}),
    "read_vouchers_sie": ApiRow(_FINANCE, query={"month": "2026-03"}),
    "read_statement": ApiRow(_FINANCE),
    "read_register": ApiRow(_REGISTER),
    "check_register": ApiRow(_REGISTER, body="$TABLES"),
    "compare_register": ApiRow(_REGISTER, body="$TABLES"),
    "propose_register_load": ApiRow(frozenset({ApiScope.REGISTER_WRITE}), body="$TABLES"),
    "read_register_load": ApiRow(_REGISTER, {"number": "$LOAD"}),
    "withdraw_register_load": ApiRow(frozenset({ApiScope.REGISTER_WRITE}), {"number": "$LOAD"}),
    "list_audit_cases": ApiRow(_AUDIT),
    "read_audit_case": ApiRow(_AUDIT, _CASE),
    "read_audit_case_file": ApiRow(_AUDIT, _CASE),
    "list_audit_documents": ApiRow(_AUDIT),
    "read_audit_document": ApiRow(_AUDIT, {"number": "$DOCUMENT"}),
    "read_audit_document_xml": ApiRow(_AUDIT, {"number": "$DOCUMENT"}),
    "read_audit_journal": ApiRow(_AUDIT),
    # Events out.
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
    "hand_in_sandbox_message": ApiRow(
        _REPORTS, body="<Invoice/>", media_type="application/xml", sandbox=True
    ),
}
