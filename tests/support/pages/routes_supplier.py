"""Who may have the supplier's own pages: overview, placements, orders, reports and lists."""

from typing import Final

from accounts.identity import Permission
from tests.support.pages.routes import Route

_SEES: Final = frozenset({Permission.ASSIGN, Permission.REPORT, Permission.VIEW})
_SEES_REPORTS: Final = frozenset({Permission.REPORT, Permission.VIEW})
_REPORTS: Final = frozenset({Permission.REPORT})
_ASSIGNS: Final = frozenset({Permission.ASSIGN})
_SEES_TUTORS: Final = frozenset({Permission.ADMINISTER, Permission.ASSIGN, Permission.VIEW})
_KEEPS_TUTORS: Final = frozenset({Permission.ADMINISTER})

# Of Lärkdrillen's books, and of nobody's.
_ORDERS: Final = ("2100000002", "9999999999", "nej")
_REFERENCES: Final = ("400000002", "999999999")

ROUTES: Final = {
    "GET /": Route(own=("/",), leads_on=True),
    "GET /placements": Route(
        may=_SEES,
        own=(
            "/placements",
            "/placements?state=to_assign",
            "/placements?state=news",
            "/placements?text=400000014&month=2026-09&unit=UV-101",
            "/placements?state=coming",
            "/placements?unit=UV-201",
        ),
    ),
    "POST /placements/tutors": Route(
        may=_ASSIGNS,
        foreign=("/placements/tutors",),
        form={"reference": _REFERENCES[0], "tutor": "handledare-1"},
    ),
    "GET /placements/{reference:path}": Route(
        may=_SEES,
        own=("/placements/400000014", "/placements/400000004", "/placements/400000042"),
        foreign=tuple(f"/placements/{each}" for each in _REFERENCES),
    ),
    "POST /placements/{reference:path}/tutor": Route(
        may=_ASSIGNS,
        foreign=tuple(f"/placements/{each}/tutor" for each in _REFERENCES),
        form={"tutor": "handledare-1"},
    ),
    "POST /placements/{reference:path}/informative": Route(
        may=_REPORTS,
        foreign=tuple(f"/placements/{each}/informative" for each in _REFERENCES),
        form={"kind": "INTERNSHIP"},
    ),
    "POST /placements/{reference:path}/informative/{kind}/withdraw": Route(
        may=_REPORTS,
        foreign=tuple(f"/placements/{each}/informative/INTERNSHIP/withdraw" for each in _REFERENCES),
    ),
    "GET /orders": Route(
        may=_SEES,
        own=(
            "/orders",
            "/orders?lines=to_invoice&sort=amount&rising=1",
            "/orders?article=RESULT&month=2026-03",
            "/orders?text=ingen",
            "/orders?page=7&unit=UV-201",
        ),
    ),
    "GET /orders/{number}": Route(
        may=_SEES,
        own=("/orders/2100000019", "/orders/2100000008"),
        foreign=tuple(f"/orders/{each}" for each in _ORDERS),
    ),
    "GET /orders/{number}/order.xml": Route(
        may=_SEES,
        own=("/orders/2100000019/order.xml",),
        foreign=tuple(f"/orders/{each}/order.xml" for each in _ORDERS),
        page=False,
    ),
    "GET /orders/{number}/order.pdf": Route(
        may=_SEES,
        own=("/orders/2100000019/order.pdf",),
        foreign=tuple(f"/orders/{each}/order.pdf" for each in _ORDERS),
        page=False,
    ),
    "POST /orders/{number}/objection": Route(
        may=_ASSIGNS | _REPORTS,
        foreign=tuple(f"/orders/{each}/objection" for each in _ORDERS),
        form={"reason-": "NOT_OURS"},
    ),
    "POST /orders/{number}/objection/withdraw": Route(
        may=_ASSIGNS | _REPORTS, foreign=tuple(f"/orders/{each}/objection/withdraw" for each in _ORDERS)
    ),
    "GET /reports": Route(
        may=_SEES_REPORTS, own=("/reports", "/reports?state=rejected", "/reports?month=2026-09")
    ),
    "GET /reports/due": Route(may=_REPORTS, own=("/reports/due", "/reports/due?unit=UV-201")),
    "POST /reports/due": Route(
        may=_REPORTS, foreign=("/reports/due",), form={"due": f"{_REFERENCES[0]}|2026-09|1", "confirmed": "1"}
    ),
    "GET /reports/{reference:path}/{month}": Route(
        may=_SEES_REPORTS,
        own=("/reports/400000014/2026-09", "/reports/400000042/2026-10"),
        foreign=(
            *(f"/reports/{each}/2026-09" for each in _REFERENCES),
            "/reports/400000014/2019-01",
            "/reports/400000014/nej",
        ),
    ),
    "POST /reports/{reference:path}/{month}": Route(
        may=_REPORTS,
        foreign=tuple(f"/reports/{each}/2026-09" for each in _REFERENCES),
        form={"version": "1", "confirmed": "1"},
    ),
    "GET /exports": Route(may=_SEES, own=("/exports",)),
    "POST /exports/everything": Route(may=_SEES_REPORTS),
    "GET /exports/everything": Route(
        may=_SEES_REPORTS, page=False, leads_on=True, own=("/exports/everything",)
    ),
    "GET /exports/everything/{number:int}": Route(
        may=_SEES_REPORTS, page=False, foreign=("/exports/everything/99999",)
    ),
    "GET /exports/{file}": Route(
        may=_SEES,
        own=(
            "/exports/orders.csv",
            "/exports/orders.xlsx?article=BASIC",
            "/exports/to-invoice.csv?form=plain",
            "/exports/to-invoice.xlsx",
            "/exports/invoices.csv",
            "/exports/invoices.xlsx",
        ),
        foreign=("/exports/payments.csv", "/exports/orders.pdf"),
        page=False,
    ),
    "GET /tutors": Route(may=_SEES_TUTORS, own=("/tutors",)),
    "POST /tutors": Route(
        may=_KEEPS_TUTORS, foreign=("/tutors",), form={"unit": "UV-201", "code": "handledare-9"}
    ),
    "GET /tutors/{tutor_id:int}": Route(
        may=_SEES_TUTORS,
        own=("/tutors/<tutor UV-101 handledare-1>",),
        foreign=("/tutors/<tutor UV-201 handledare-1>", "/tutors/99999"),
    ),
    "POST /tutors/{tutor_id:int}/close": Route(
        may=_KEEPS_TUTORS, foreign=("/tutors/<tutor UV-201 handledare-1>/close", "/tutors/99999/close")
    ),
    "POST /tutors/{tutor_id:int}/reopen": Route(
        may=_KEEPS_TUTORS, foreign=("/tutors/<tutor UV-201 handledare-1>/reopen", "/tutors/99999/reopen")
    ),
    "POST /tutors/{tutor_id:int}/person": Route(
        may=_KEEPS_TUTORS, foreign=("/tutors/<tutor UV-201 handledare-1>/person", "/tutors/99999/person")
    ),
}
