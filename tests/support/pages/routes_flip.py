"""Who may have the pages from order to invoice, the test bench and the settings."""

from accounts.identity import SUPPLIER_SIDE, Permission
from tests.support.pages.routes import Route

_SEES = frozenset({Permission.REPORT, Permission.ADMINISTER})
_SENDS = frozenset({Permission.REPORT})
_ADMINISTERS = frozenset({Permission.ADMINISTER})
_BUYER_ADMIN = frozenset({Permission.BUYER_ADMIN})

_NOBODYS_KEY = "0" * 32
_REFUSED = r"/invoices/refused/\d+"

# Fyrbåken has line 2100000042/001 to invoice, invoice 34 with credit requested and its answer 133; Lärkdrillen
# has line 2100000026/001, invoice 48 and its answer 118.
ROUTES = {
    "GET /to-invoice": Route(
        may=_SEES, own=("/to-invoice", "/to-invoice?month=2026-09&unit=UV-101", "/to-invoice?month=nonsense")
    ),
    "GET /to-invoice/line/{order_number}/{line_id}": Route(
        may=_SEES,
        own=("/to-invoice/line/2100000042/001",),
        foreign=(
            "/to-invoice/line/2100000026/001",
            "/to-invoice/line/2100000042/099",
            "/to-invoice/line/9999999999/001",
        ),
    ),
    "GET /to-invoice/preview": Route(
        may=_SEES,
        own=("/to-invoice/preview", "/to-invoice/preview?all=1", "/to-invoice/preview?line=2100000042/001"),
        foreign=(
            "/to-invoice/preview?line=2100000026/001",
            "/to-invoice/preview?line=2100000042/001&line=2100000026/001",
        ),
    ),
    "POST /to-invoice/send": Route(
        may=_SENDS,
        foreign=("/to-invoice/send",),
        form={"line": "2100000026/001", "form_key": _NOBODYS_KEY},
    ),
    "GET /to-invoice/sent/{key}": Route(may=_SEES, foreign=(f"/to-invoice/sent/{_NOBODYS_KEY}",)),
    "POST /to-invoice/undo": Route(may=_SENDS, foreign=("/to-invoice/undo",), form={"bundle": "99999"}),
    "GET /to-invoice/document/{document_id:int}": Route(may=_SEES, foreign=("/to-invoice/document/99999",)),
    "GET /to-invoice/document/{document_id:int}/xml": Route(
        may=_SEES, foreign=("/to-invoice/document/99999/xml",), page=False
    ),
    "GET /to-invoice/document/{document_id:int}/pdf": Route(
        may=_SEES, foreign=("/to-invoice/document/99999/pdf",), page=False
    ),
    "GET /invoices": Route(
        may=_SEES,
        own=(
            "/invoices",
            "/invoices?standing=to-do",
            "/invoices?q=F26&sort=amount&page=2",
            "/invoices?month=2026-10&type=CREDIT_NOTE",
        ),
    ),
    "GET /invoices/{invoice_id:int}": Route(
        may=_SEES,
        own=tuple(f"/invoices/{each}" for each in (1, 29, 34, 47, 50, 58, 61)),
        foreign=("/invoices/48", "/invoices/99999"),
    ),
    "GET /invoices/{invoice_id:int}/xml": Route(
        may=_SEES,
        own=("/invoices/34/xml",),
        foreign=("/invoices/48/xml", "/invoices/99999/xml"),
        page=False,
    ),
    "GET /invoices/{invoice_id:int}/pdf": Route(
        may=_SEES,
        own=("/invoices/34/pdf",),
        foreign=("/invoices/48/pdf", "/invoices/99999/pdf"),
        page=False,
    ),
    "GET /invoices/{invoice_id:int}/files/{place:int}": Route(
        may=_SEES,
        own=("/invoices/1/files/1",),
        foreign=("/invoices/1/files/2", "/invoices/48/files/1", "/invoices/99999/files/1"),
        page=False,
    ),
    "GET /invoices/{invoice_id:int}/answers/{sequence:int}/xml": Route(
        may=_SEES,
        own=("/invoices/34/answers/133/xml",),
        foreign=("/invoices/48/answers/118/xml", "/invoices/34/answers/118/xml"),
        page=False,
    ),
    "GET /invoices/{invoice_id:int}/correct": Route(
        may=_SENDS,
        own=("/invoices/34/correct", "/invoices/1/correct"),
        foreign=("/invoices/48/correct", "/invoices/99999/correct"),
    ),
    "POST /invoices/{invoice_id:int}/correct": Route(
        may=_SENDS,
        foreign=("/invoices/48/correct", "/invoices/99999/correct"),
        form={"what": "credit", "form_key": _NOBODYS_KEY},
    ),
    # Message 65 or 66 is Fyrbåken's invoice with a wrong sum; 59 or 60 Lärkdrillen's second of one number, 62 nobody's.
    "GET /invoices/refused": Route(may=_SEES, own=("/invoices/refused", "/invoices/refused?page=7")),
    "GET /invoices/refused/{letter_id:int}": Route(
        may=_SEES,
        led=("/invoices/refused", _REFUSED, ""),
        foreign=tuple(f"/invoices/refused/{each}" for each in (1, 59, 60, 62, 99999)),
    ),
    "GET /invoices/refused/{letter_id:int}/file": Route(
        may=_SEES,
        led=("/invoices/refused", _REFUSED, "/file"),
        foreign=tuple(f"/invoices/refused/{each}/file" for each in (1, 59, 60, 62, 99999)),
        page=False,
    ),
    "GET /invoices/refused/{letter_id:int}/answer": Route(
        may=_SEES,
        led=("/invoices/refused", _REFUSED, "/answer"),
        foreign=tuple(f"/invoices/refused/{each}/answer" for each in (59, 60, 99999)),
        page=False,
    ),
    "GET /invoices/upload": Route(may=_SENDS, own=("/invoices/upload",)),
    "POST /invoices/upload": Route(may=_SENDS),
    "GET /invoices/upload/{upload_id:int}": Route(may=_SENDS, foreign=("/invoices/upload/99999",)),
    "POST /invoices/upload/{upload_id:int}/send": Route(
        may=_SENDS, foreign=("/invoices/upload/99999/send",), form={"form_key": _NOBODYS_KEY}
    ),
    "GET /test-bench": Route(may=_SEES, own=("/test-bench",)),
    "GET /test-bench/orders/{number}/xml": Route(
        may=_SEES,
        own=("/test-bench/orders/TEST-GRUND/xml", "/test-bench/orders/TEST-RESULTAT/xml"),
        foreign=("/test-bench/orders/2100000001/xml",),
        page=False,
    ),
    "POST /test-bench/upload": Route(may=_SEES),
    "GET /test-bench/documents/{document_id:int}": Route(may=_SEES, foreign=("/test-bench/documents/99999",)),
    "GET /test-bench/documents/{document_id:int}/xml": Route(
        may=_SEES, foreign=("/test-bench/documents/99999/xml",), page=False
    ),
    "POST /test-bench/ask": Route(may=_SEES),
    "GET /admin/test-bench": Route(may=_BUYER_ADMIN, own=("/admin/test-bench",)),
    "POST /admin/test-bench/{supplier}": Route(
        may=_BUYER_ADMIN, foreign=("/admin/test-bench/5599991014",), form={"step": "NONE"}
    ),
    "GET /settings": Route(may=SUPPLIER_SIDE, own=("/settings",)),
    "POST /settings/changes": Route(
        may=_ADMINISTERS, foreign=("/settings/changes",), form={"kind": "NOTHING"}
    ),
    "POST /settings/changes/{request_id:int}/withdraw": Route(
        may=_ADMINISTERS, foreign=("/settings/changes/99999/withdraw",)
    ),
    "POST /settings/series": Route(may=_ADMINISTERS),
}
