"""Who may have the pages from order to invoice, the test bench and the settings."""

from accounts.identity import SUPPLIER_SIDE, Permission
from tests.support.pages.routes import Route

_SEES = frozenset({Permission.REPORT, Permission.ADMINISTER, Permission.VIEW})
_TRIES = frozenset({Permission.REPORT, Permission.ADMINISTER})
_SENDS = frozenset({Permission.REPORT})
_ADMINISTERS = frozenset({Permission.ADMINISTER})
_BUYER_ADMIN = frozenset({Permission.BUYER_ADMIN})

_NOBODYS_KEY = "0" * 32

# Fyrbåken has line 2100000042/001 to invoice; Lärkdrillen has line 2100000026/001 and invoice 20261.
_OWN_INVOICES = ("F26-101", "F26-1401", "F26-3301", "F26-2501", "F26-2801", "F26-3102", "F26-3302")
# Fyrbåken's with a wrong sum; then one of its own that was taken, Lärkdrillen's second of one number, and nobody's.
_REFUSED = "<message 2026-10-09-40-sum-does-not-add-up.xml>"
_NOT_REFUSED = (
    "<message 2026-03-04-01-invoice.xml>",
    "<message 2026-10-08-18-other-content.xml>",
    "<message 2026-10-09-37-foreign-xml.xml>",
    "99999",
)
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
    # What is not theirs is not among the lines that are sent: the review is shown anew.
    "POST /to-invoice/send-all": Route(may=_SENDS, form={"form_key": _NOBODYS_KEY}),
    "POST /to-invoice/sent/{key}/stop": Route(may=_SENDS, foreign=(f"/to-invoice/sent/{_NOBODYS_KEY}/stop",)),
    "POST /to-invoice/sent/{key}/again": Route(
        may=_SENDS, foreign=(f"/to-invoice/sent/{_NOBODYS_KEY}/again",)
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
    # By the link of a mail, and nothing by any other word.
    "GET /status/{token}": Route(everybody=True, foreign=("/status/1.1.2030-01-01.AAAA", "/status/x")),
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
        own=tuple(f"/invoices/<invoice {each}>" for each in _OWN_INVOICES),
        foreign=("/invoices/<invoice 20261>", "/invoices/99999"),
    ),
    "GET /invoices/{invoice_id:int}/xml": Route(
        may=_SEES,
        own=("/invoices/<invoice F26-3301>/xml",),
        foreign=("/invoices/<invoice 20261>/xml", "/invoices/99999/xml"),
        page=False,
    ),
    "GET /invoices/{invoice_id:int}/pdf": Route(
        may=_SEES,
        own=("/invoices/<invoice F26-3301>/pdf",),
        foreign=("/invoices/<invoice 20261>/pdf", "/invoices/99999/pdf"),
        page=False,
    ),
    "GET /invoices/{invoice_id:int}/files/{place:int}": Route(
        may=_SEES,
        own=("/invoices/<invoice F26-101>/files/1",),
        foreign=(
            "/invoices/<invoice F26-101>/files/2",
            "/invoices/<invoice 20261>/files/1",
            "/invoices/99999/files/1",
        ),
        page=False,
    ),
    "GET /invoices/{invoice_id:int}/answers/{sequence:int}/xml": Route(
        may=_SEES,
        own=("/invoices/<invoice F26-3301>/answers/<answer F26-3301 RE>/xml",),
        foreign=(
            "/invoices/<invoice 20261>/answers/<answer 20261 AB>/xml",
            "/invoices/<invoice F26-3301>/answers/<answer 20261 AB>/xml",
        ),
        page=False,
    ),
    "POST /invoices/{invoice_id:int}/messages": Route(
        may=_SENDS,
        foreign=("/invoices/<invoice 20261>/messages", "/invoices/99999/messages"),
        form={"text": "Hej"},
    ),
    "GET /invoices/{invoice_id:int}/messages/files/{file_id:int}": Route(
        may=_SEES,
        foreign=(
            "/invoices/<invoice 20261>/messages/files/1",
            "/invoices/<invoice F26-101>/messages/files/99999",
        ),
        page=False,
    ),
    "GET /invoices/{invoice_id:int}/correct": Route(
        may=_SENDS,
        own=("/invoices/<invoice F26-3301>/correct", "/invoices/<invoice F26-101>/correct"),
        foreign=("/invoices/<invoice 20261>/correct", "/invoices/99999/correct"),
    ),
    "POST /invoices/{invoice_id:int}/correct": Route(
        may=_SENDS,
        foreign=("/invoices/<invoice 20261>/correct", "/invoices/99999/correct"),
        form={"what": "credit", "form_key": _NOBODYS_KEY},
    ),
    "GET /invoices/refused": Route(may=_SEES, own=("/invoices/refused", "/invoices/refused?page=7")),
    "GET /invoices/refused/{letter_id:int}": Route(
        may=_SEES,
        own=(f"/invoices/refused/{_REFUSED}",),
        foreign=tuple(f"/invoices/refused/{each}" for each in _NOT_REFUSED),
    ),
    "GET /invoices/refused/{letter_id:int}/file": Route(
        may=_SEES,
        own=(f"/invoices/refused/{_REFUSED}/file",),
        foreign=tuple(f"/invoices/refused/{each}/file" for each in _NOT_REFUSED),
        page=False,
    ),
    "GET /invoices/refused/{letter_id:int}/answer": Route(
        may=_SEES,
        own=(f"/invoices/refused/{_REFUSED}/answer",),
        foreign=tuple(f"/invoices/refused/{each}/answer" for each in _NOT_REFUSED),
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
    "POST /test-bench/upload": Route(may=_TRIES),
    "GET /test-bench/documents/{document_id:int}": Route(may=_SEES, foreign=("/test-bench/documents/99999",)),
    "GET /test-bench/documents/{document_id:int}/xml": Route(
        may=_SEES, foreign=("/test-bench/documents/99999/xml",), page=False
    ),
    "POST /test-bench/ask": Route(may=_TRIES),
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
