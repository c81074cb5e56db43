"""Which section of the guides each of the finance desk's pages is told in."""

from collections.abc import Mapping, Sequence
from typing import Final

HELP: Final[Mapping[str, Sequence[str]]] = {
    "finance#queue": (
        "/finance",
        "/finance/overview",
    ),
    "finance#invoices": ("/finance/invoices",),
    "finance#document": ("/finance/documents/{number}",),
    "finance#conversation": ("/finance/conversations", "/finance/documents/{number}/conversation"),
    "finance#credit": ("/finance/documents/{number}/credit",),
    "finance#pair": ("/finance/documents/{number}/pair",),
    "finance#bulk": ("/finance/bulk", "/finance/bulk/{number}"),
    "finance#aside": ("/finance/letters/{number}", "/finance/events/{number}"),
    "finance#reports": ("/finance/reports",),
    "finance#informative": ("/finance/reports/informative",),
    "finance#reports-aside": ("/finance/reports/aside",),
    "finance#figures": ("/finance/reports/figures",),
    "finance#results": ("/finance/results",),
    "finance#objections": ("/finance/objections", "/finance/objections/{objection_id}"),
    "finance#payments": ("/finance/payments", "/finance/payments/held"),
    "finance#proposal": ("/finance/payments/proposals/{number}", "/finance/payments/tasks/{number}"),
    "finance#bank": (
        "/finance/payments/bank",
        "/finance/payments/bank/{file_id}",
        "/finance/payments/transfers/{name}",
    ),
    "finance#accounts": ("/finance/payments/accounts",),
    "finance#controls": (
        "/finance/payments/controls",
        "/finance/payments/proposals/{number}/controls",
    ),
    "finance#stops": ("/finance/payments/stops",),
    "finance#claims": (
        "/finance/payments/claims",
        "/finance/payments/claims/{invoice_id}",
        "/finance/payments/rates",
    ),
    "finance#tax": ("/finance/payments/tax",),
    "finance#rights": ("/finance/payments/rights",),
    "finance#reconciliation": (
        "/finance/reconciliation",
        "/finance/reconciliation/case/{reference}",
        "/finance/reconciliation/trends",
    ),
    "finance#month-end": (
        "/finance/reconciliation/month-end",
        "/finance/reconciliation/month-end/booking",
        "/finance/reconciliation/ledger",
        "/finance/reconciliation/months",
    ),
    "finance#ledger": (
        "/finance/reconciliation/rules",
        "/finance/reconciliation/ledger-answers",
    ),
    "finance#budget": (
        "/finance/reconciliation/vat-compensation",
        "/finance/reconciliation/vat-compensation/vouchers",
        "/finance/reconciliation/commitments",
        "/finance/reconciliation/forecast",
    ),
    "finance#policies": (
        "/finance/policies",
        "/finance/policies/change",
        "/finance/policies/used/{mark}",
        "/finance/policies/again",
        "/finance/policies/again/{number}",
    ),
    "finance#audit": (
        "/finance/audit",
        "/finance/audit/verify",
        "/finance/audit/case/{reference}",
        "/finance/audit/retention",
    ),
    "finance#post": (
        "/finance/post",
        "/finance/post/diverted",
        "/finance/post/statistics",
        "/finance/post/{number}",
    ),
}
"""The section, `guide#place`, with the routes of its pages."""
