"""Who may have the pages of attest, payment, reconciliation and month end."""

from accounts.identity import Permission
from tests.support.pages.routes import Route

_P = Permission
_READ = frozenset({_P.FINANCE, _P.ATTEST, _P.AUDIT})
_FINANCE = frozenset({_P.FINANCE})
_ATTEST = frozenset({_P.ATTEST})
_EITHER = frozenset({_P.FINANCE, _P.ATTEST})
_ADMIN = frozenset({_P.BUYER_ADMIN})
_NONE = "/finance/payments/proposals/99999999"

ROUTES = {
    "GET /finance/payments": Route(may=_READ, own=("/finance/payments",)),
    "POST /finance/payments": Route(may=_FINANCE),
    "GET /finance/payments/proposals/{number}": Route(may=_READ, foreign=(_NONE, f"{_NONE}x")),
    "POST /finance/payments/proposals/{number}/attest": Route(may=_ATTEST, foreign=(f"{_NONE}x/attest",)),
    "POST /finance/payments/proposals/{number}/changed": Route(may=_EITHER, foreign=(f"{_NONE}x/changed",)),
    "POST /finance/payments/proposals/{number}/export": Route(may=_FINANCE, foreign=(f"{_NONE}x/export",)),
    "POST /finance/payments/proposals/{number}/withdraw": Route(
        may=_FINANCE, foreign=(f"{_NONE}x/withdraw",)
    ),
    "POST /finance/payments/items/{item_id}/take-out": Route(
        may=_FINANCE, foreign=("/finance/payments/items/999999/take-out",)
    ),
    "GET /finance/payments/tasks/{number}": Route(may=_READ, foreign=("/finance/payments/tasks/999999",)),
    "POST /finance/payments/tasks/{number}/stop": Route(
        may=_EITHER, foreign=("/finance/payments/tasks/999999/stop",)
    ),
    "POST /finance/payments/tasks/{number}/again": Route(
        may=_EITHER, foreign=("/finance/payments/tasks/999999/again",)
    ),
    "GET /finance/payments/files/{file_id}": Route(
        may=_READ, foreign=("/finance/payments/files/999999",), page=False
    ),
    "GET /finance/payments/claims": Route(may=_READ, own=("/finance/payments/claims",)),
    "GET /finance/payments/claims/{invoice_id}/letters/{position}.pdf": Route(
        may=_READ, foreign=("/finance/payments/claims/999999/letters/1.pdf",), page=False
    ),
    "POST /finance/payments/claims/{invoice_id}/ask": Route(
        may=_FINANCE,
        foreign=("/finance/payments/claims/999999/ask",),
        form={"cause": "WRONG_MONTH", "reason": "Prov"},
    ),
    "POST /finance/payments/claims/{invoice_id}/steps/{what}": Route(
        may=_EITHER, foreign=("/finance/payments/claims/999999/steps/demand",)
    ),
    "GET /finance/payments/rates": Route(may=_READ, own=("/finance/payments/rates",)),
    "POST /finance/payments/rates": Route(may=_FINANCE),
    "POST /finance/payments/rates/{rate_id}/{what}": Route(
        may=_EITHER, foreign=("/finance/payments/rates/999999/confirm",)
    ),
    "GET /finance/payments/claims.csv": Route(may=_READ, own=("/finance/payments/claims.csv",), page=False),
    "GET /finance/payments/claims/{invoice_id}": Route(
        may=_READ,
        own=("/finance/payments/claims/<invoice 20451>",),
        foreign=("/finance/payments/claims/999999",),
    ),
    "POST /finance/payments/claims/{invoice_id}": Route(
        may=_FINANCE,
        foreign=("/finance/payments/claims/999999",),
        form={"came_on": "2026-11-01", "reference": "Prov"},
    ),
    "POST /finance/payments/claims/{invoice_id}/confirm": Route(
        may=_EITHER, foreign=("/finance/payments/claims/999999/confirm",)
    ),
    "POST /finance/payments/claims/{invoice_id}/take-back": Route(
        may=_EITHER, foreign=("/finance/payments/claims/999999/take-back",), form={"reason": "Prov"}
    ),
    "POST /finance/payments/claims/{invoice_id}/deposits/{note_id}/undo": Route(
        may=_FINANCE,
        foreign=("/finance/payments/claims/999999/deposits/999999/undo",),
        form={"undone_on": "2026-05-05", "reason": "Prov"},
    ),
    "POST /finance/payments/claims/{invoice_id}/deposits/{note_id}/undone": Route(
        may=_EITHER, foreign=("/finance/payments/claims/999999/deposits/999999/undone",)
    ),
    "POST /finance/payments/claims/{invoice_id}/deposits/{note_id}/stands": Route(
        may=_EITHER, foreign=("/finance/payments/claims/999999/deposits/999999/stands",)
    ),
    "GET /finance/payments/held": Route(may=_READ, own=("/finance/payments/held",)),
    "GET /finance/payments/rights": Route(may=_READ | _ADMIN, own=("/finance/payments/rights",)),
    "POST /finance/payments/rights": Route(may=_ADMIN),
    "POST /finance/payments/rights/{right_id}/end": Route(may=_ADMIN),
    "POST /finance/payments/rights/{right_id}/confirm": Route(
        may=_ADMIN, foreign=("/finance/payments/rights/999999/confirm",)
    ),
    "POST /finance/payments/substitutes/{substitute_id}/confirm": Route(
        may=_ADMIN, foreign=("/finance/payments/substitutes/999999/confirm",)
    ),
    "POST /finance/payments/substitutes": Route(may=_ADMIN),
    "POST /finance/payments/substitutes/{substitute_id}/end": Route(may=_ADMIN),
    "GET /finance/payments/accounts": Route(may=_READ, own=("/finance/payments/accounts",)),
    "POST /finance/payments/accounts/invoices/{invoice_id}": Route(
        may=_FINANCE, foreign=("/finance/payments/accounts/invoices/999999",)
    ),
    "POST /finance/payments/accounts/requests/{request_id}/first": Route(may=_FINANCE),
    "POST /finance/payments/accounts/requests/{request_id}/second": Route(may=_EITHER),
    "POST /finance/payments/accounts/requests/{request_id}/refuse": Route(may=_EITHER),
    "POST /finance/payments/accounts/payees/{invoice_id}/register": Route(
        may=_FINANCE, foreign=("/finance/payments/accounts/payees/999999/register",)
    ),
    "POST /finance/payments/accounts/payees/{invoice_id}/seller": Route(
        may=_FINANCE, foreign=("/finance/payments/accounts/payees/999999/seller",)
    ),
    "GET /finance/payments/tax": Route(may=_READ, own=("/finance/payments/tax",)),
    "POST /finance/payments/tax/{invoice_id}": Route(may=_FINANCE, foreign=("/finance/payments/tax/999999",)),
    "GET /finance/payments/controls": Route(may=_READ, own=("/finance/payments/controls",)),
    "POST /finance/payments/controls": Route(may=_FINANCE),
    "POST /finance/payments/controls/{invoice_id}/{control}": Route(
        may=_FINANCE, foreign=("/finance/payments/controls/999999/LIMIT",)
    ),
    "GET /finance/payments/proposals/{number}/controls": Route(may=_READ, foreign=(f"{_NONE}/controls",)),
    "GET /finance/payments/stops": Route(may=_READ, own=("/finance/payments/stops",)),
    "POST /finance/payments/stops": Route(may=_FINANCE),
    "POST /finance/payments/stops/{stop_id}/{what}": Route(
        may=_EITHER, foreign=("/finance/payments/stops/999999/confirm",)
    ),
    "GET /finance/payments/bank": Route(may=_READ, own=("/finance/payments/bank",)),
    "POST /finance/payments/bank": Route(may=_FINANCE),
    "GET /finance/payments/bank/{file_id}": Route(may=_READ, foreign=("/finance/payments/bank/999999",)),
    "GET /finance/payments/transfers/{name}": Route(
        may=_READ, foreign=("/finance/payments/transfers/RM39999999-00001",)
    ),
    "POST /finance/payments/transfers/{name}": Route(
        may=_FINANCE,
        foreign=("/finance/payments/transfers/RM39999999-00001",),
        form={"said": "PAID", "reason": "Prov"},
    ),
    "POST /finance/payments/transfers/{name}/confirm": Route(
        may=_EITHER, foreign=("/finance/payments/transfers/RM39999999-00001/confirm",)
    ),
    "POST /finance/payments/transfers/{name}/take-back": Route(
        may=_EITHER, foreign=("/finance/payments/transfers/RM39999999-00001/take-back",)
    ),
    "POST /finance/payments/findings/{entry_id}": Route(may=_FINANCE),
    "POST /finance/payments/findings/{entry_id}/deposit": Route(may=_FINANCE),
    "GET /finance/reconciliation": Route(
        may=_READ,
        own=(
            "/finance/reconciliation",
            "/finance/reconciliation?month=2026-09&by=execution_reference",
            "/finance/reconciliation?as_of=2026-09-30&by=article",
            "/finance/reconciliation?month=1999-01",
        ),
    ),
    "GET /finance/reconciliation/statement.{form}": Route(
        may=_READ,
        own=(
            "/finance/reconciliation/statement.csv",
            "/finance/reconciliation/statement.xlsx?by=month",
            "/finance/reconciliation/statement.json?month=2026-09",
        ),
        foreign=("/finance/reconciliation/statement.pdf",),
        page=False,
    ),
    "GET /finance/reconciliation/case/{reference}": Route(
        may=_READ,
        own=("/finance/reconciliation/case/400000014",),
        foreign=("/finance/reconciliation/case/999999999",),
    ),
    "GET /finance/reconciliation/invoices/{invoice_id}/xml": Route(
        may=_READ,
        own=("/finance/reconciliation/invoices/<invoice F26-101>/xml",),
        foreign=("/finance/reconciliation/invoices/999999/xml",),
        page=False,
    ),
    "GET /finance/reconciliation/orders/{number}/xml": Route(
        may=_READ,
        own=("/finance/reconciliation/orders/2100000019/xml",),
        foreign=("/finance/reconciliation/orders/9999999999/xml",),
        page=False,
    ),
    "GET /finance/reconciliation/trends": Route(may=_READ, own=("/finance/reconciliation/trends",)),
    "GET /finance/reconciliation/month-end": Route(
        may=_READ,
        own=("/finance/reconciliation/month-end", "/finance/reconciliation/month-end?month=2026-09"),
    ),
    "GET /finance/reconciliation/month-end/booking": Route(
        may=_FINANCE, own=("/finance/reconciliation/month-end/booking?month=2026-09",)
    ),
    "POST /finance/reconciliation/month-end": Route(may=_FINANCE),
    "GET /finance/reconciliation/ledger": Route(may=_FINANCE, own=("/finance/reconciliation/ledger",)),
    "POST /finance/reconciliation/ledger": Route(may=_FINANCE),
    "GET /finance/reconciliation/accrual.csv": Route(
        may=_READ, own=("/finance/reconciliation/accrual.csv?month=2026-09",), page=False
    ),
    "GET /finance/reconciliation/rules": Route(may=_READ, own=("/finance/reconciliation/rules",)),
    "POST /finance/reconciliation/rules": Route(may=_FINANCE),
    "POST /finance/reconciliation/rules/try": Route(may=_FINANCE),
    "POST /finance/reconciliation/rules/{number}/{what}": Route(
        may=_EITHER, foreign=("/finance/reconciliation/rules/999999/confirm",)
    ),
    "GET /finance/reconciliation/ledger-answers": Route(
        may=_READ, own=("/finance/reconciliation/ledger-answers",)
    ),
    "POST /finance/reconciliation/ledger-answers": Route(may=_FINANCE),
    "POST /finance/reconciliation/ledger-answers/again": Route(may=_FINANCE),
    "POST /finance/reconciliation/ledger-answers/{number}/booked": Route(may=_FINANCE),
    "GET /finance/reconciliation/vat-compensation": Route(
        may=_READ,
        own=(
            "/finance/reconciliation/vat-compensation",
            "/finance/reconciliation/vat-compensation?month=2026-10",
        ),
    ),
    "GET /finance/reconciliation/vat-compensation/vouchers": Route(
        may=_READ,
        own=(
            "/finance/reconciliation/vat-compensation/vouchers?month=2026-10",
            "/finance/reconciliation/vat-compensation/vouchers?month=2026-10&appropriation=&counterparty=",
        ),
    ),
    "GET /finance/reconciliation/vat-compensation.{form}": Route(
        may=_READ,
        own=(
            "/finance/reconciliation/vat-compensation.csv?month=2026-10",
            "/finance/reconciliation/vat-compensation.xlsx?month=2026-10",
        ),
        foreign=("/finance/reconciliation/vat-compensation.pdf",),
        page=False,
    ),
    "GET /finance/reconciliation/commitments": Route(
        may=_READ,
        own=(
            "/finance/reconciliation/commitments",
            "/finance/reconciliation/commitments?as_of=2026-09-30&by=delivery_area",
        ),
    ),
    "GET /finance/reconciliation/commitments.{form}": Route(
        may=_READ,
        own=(
            "/finance/reconciliation/commitments.csv",
            "/finance/reconciliation/commitments.xlsx?as_of=2026-09-30",
        ),
        foreign=("/finance/reconciliation/commitments.pdf",),
        page=False,
    ),
    "GET /finance/reconciliation/forecast": Route(
        may=_READ,
        own=(
            "/finance/reconciliation/forecast",
            "/finance/reconciliation/forecast?by=unit&ahead=24&next_stage=50",
        ),
    ),
    "GET /finance/reconciliation/forecast.{form}": Route(
        may=_READ,
        own=("/finance/reconciliation/forecast.csv", "/finance/reconciliation/forecast.xlsx?ahead=6"),
        foreign=("/finance/reconciliation/forecast.pdf",),
        page=False,
    ),
    "GET /finance/reconciliation/months": Route(
        may=_READ,
        own=("/finance/reconciliation/months", "/finance/reconciliation/months?month=2026-09"),
    ),
    "POST /finance/reconciliation/months": Route(may=_FINANCE),
    "POST /finance/reconciliation/months/{month}/{what}": Route(
        may=_EITHER, foreign=("/finance/reconciliation/months/1999-01/close",)
    ),
    "GET /finance/reconciliation/not-billed.csv": Route(
        may=_READ, own=("/finance/reconciliation/not-billed.csv?month=2026-09",), page=False
    ),
}
