"""Who may have the finance desk's pages.

The shape stands in tests/support/pages/routes.py; the books are the demo's."""

from accounts.identity import Permission as P
from tests.support.pages.routes import Route

READERS = frozenset({P.FINANCE, P.ATTEST, P.AUDIT, P.PROTECTED})
FINANCE = frozenset({P.FINANCE})
AUDITORS = frozenset({P.AUDIT, P.FINANCE})
RULES = frozenset({P.FINANCE, P.BUYER_ADMIN, P.AUDIT})
CHANGERS = frozenset({P.FINANCE, P.BUYER_ADMIN})
NONE = "999999"

ROUTES = {
    "GET /finance/overview": Route(
        may=frozenset(
            {
                P.FINANCE,
                P.ATTEST,
                P.AUDIT,
                P.OFFICER,
                P.BUYER_ADMIN,
                P.PROTECTED,
            }
        ),
        own=("/finance/overview",),
    ),
    "GET /finance": Route(
        may=READERS,
        own=(
            "/finance",
            "/finance?part=held",
            "/finance?part=credits",
            "/finance?part=letters",
            "/finance?part=reports",
            "/finance?part=events",
            "/finance?part=starts",
            "/finance?cause=PRICE&supplier=5599994042&month=2026-09&days=1&amount=10&owner=nobody&order=amount",
        ),
    ),
    "GET /finance/invoices": Route(
        may=READERS,
        own=(
            "/finance/invoices",
            "/finance/invoices?q=f26-1403&sort=amount&dir=asc&size=25",
            "/finance/invoices?state=PAID&type=INVOICE&from=2026-01-01&to=2026-12-31&least=10&most=5000,50",
        ),
    ),
    "GET /finance/invoices.{form}": Route(
        may=READERS,
        own=("/finance/invoices.csv?state=PAID", "/finance/invoices.xlsx"),
        foreign=("/finance/invoices.pdf",),
        page=False,
    ),
    "POST /finance/items/{kind}/{number}/owner": Route(
        may=FINANCE, foreign=("/finance/items/NOTHING/99999/owner",), form={"to": ""}
    ),
    "POST /finance/items/{kind}/{number}/comment": Route(
        may=FINANCE, foreign=("/finance/items/NOTHING/99999/comment",), form={"text": "Hej"}
    ),
    "GET /finance/conversations": Route(may=READERS, own=("/finance/conversations",)),
    "GET /finance/documents/{number}/conversation": Route(
        may=READERS,
        own=("/finance/documents/<invoice F26-3301>/conversation",),
        foreign=(f"/finance/documents/{NONE}/conversation",),
    ),
    "POST /finance/documents/{number}/conversation": Route(
        may=FINANCE, foreign=(f"/finance/documents/{NONE}/conversation",), form={"text": "Hej"}
    ),
    "POST /finance/documents/{number}/conversation/read": Route(
        may=FINANCE, foreign=(f"/finance/documents/{NONE}/conversation/read",)
    ),
    "GET /finance/documents/{number}/conversation/files/{file_id}": Route(
        may=READERS, foreign=(f"/finance/documents/{NONE}/conversation/files/1",), page=False
    ),
    "GET /finance/letters/{number}": Route(
        may=READERS,
        own=(
            "/finance/letters/<message events.jsonl:83>",
            "/finance/letters/<message 2026-10-09-37-foreign-xml.xml>",
            "/finance/letters/<message 2026-10-09-39-no-xml.xml>",
            "/finance/letters/<message 2026-10-09-40-sum-does-not-add-up.xml>",
        ),
        foreign=(f"/finance/letters/{NONE}",),
    ),
    "GET /finance/letters/{number}/raw": Route(
        may=READERS,
        own=("/finance/letters/<message 2026-10-09-38-entity-from-outside.xml>/raw",),
        foreign=(f"/finance/letters/{NONE}/raw",),
        page=False,
    ),
    "POST /finance/letters/{number}/reveal": Route(
        may=frozenset({P.PROTECTED}), foreign=(f"/finance/letters/{NONE}/reveal",), form={"reason": "Prov"}
    ),
    "POST /finance/letters/{number}/clear": Route(
        may=frozenset({P.PROTECTED}), foreign=(f"/finance/letters/{NONE}/clear",), form={"reason": "Prov"}
    ),
    "POST /finance/letters/{number}/protect": Route(
        may=frozenset({P.PROTECTED}), foreign=(f"/finance/letters/{NONE}/protect",), form={"reason": "Prov"}
    ),
    "POST /finance/letters/{number}/replay": Route(may=FINANCE, foreign=(f"/finance/letters/{NONE}/replay",)),
    "POST /finance/letters/{number}/lay-aside": Route(
        may=FINANCE, foreign=(f"/finance/letters/{NONE}/lay-aside",), form={"reason": "NOT_FOR_US"}
    ),
    "POST /finance/owed/{number}/answer": Route(may=FINANCE, foreign=(f"/finance/owed/{NONE}/answer",)),
    "POST /finance/owed/{number}/lay-aside": Route(
        may=FINANCE, foreign=(f"/finance/owed/{NONE}/lay-aside",), form={"reason": "TOLD_OTHERWISE"}
    ),
    "POST /finance/unfetched/{number}/again": Route(
        may=FINANCE, foreign=(f"/finance/unfetched/{NONE}/again",)
    ),
    "POST /finance/unfetched/{number}/leave": Route(
        may=FINANCE, foreign=(f"/finance/unfetched/{NONE}/leave",)
    ),
    "POST /finance/answers/{number}/seen": Route(may=FINANCE, foreign=(f"/finance/answers/{NONE}/seen",)),
    "POST /finance/events/replay": Route(may=FINANCE),
    "GET /finance/events/{number}": Route(
        may=READERS, own=("/finance/events/<event RETROAKTIVT>",), foreign=(f"/finance/events/{NONE}",)
    ),
    "POST /finance/events/{number}/apply": Route(may=FINANCE, foreign=(f"/finance/events/{NONE}/apply",)),
    "POST /finance/events/{number}/lay-aside": Route(
        may=FINANCE, foreign=(f"/finance/events/{NONE}/lay-aside",)
    ),
    "GET /finance/documents/{number}": Route(
        may=READERS,
        own=(
            "/finance/documents/<invoice F26-3101>",
            "/finance/documents/<invoice 20211>",
            "/finance/documents/<invoice 7324>",
            "/finance/documents/<invoice F26-2801>",
            "/finance/documents/<invoice F26-3302>",
            "/finance/documents/<invoice 7336>",
        ),
        foreign=(f"/finance/documents/{NONE}",),
    ),
    "GET /finance/documents/{number}/credit": Route(
        may=FINANCE,
        own=("/finance/documents/<invoice 7324>/credit",),
        foreign=(f"/finance/documents/{NONE}/credit",),
    ),
    "GET /finance/documents/{number}/pair": Route(
        may=FINANCE,
        foreign=(
            f"/finance/documents/{NONE}/pair?credits=<invoice F26-101>",
            "/finance/documents/<invoice 7324>/pair?credits=<invoice F26-101>",
        ),
    ),
    "POST /finance/documents/{number}/{action}": Route(
        may=FINANCE,
        foreign=(f"/finance/documents/{NONE}/credit", "/finance/documents/<invoice 7324>/nothing"),
        form={"reason": "Prov"},
    ),
    "POST /finance/documents/{number}/reveal": Route(
        may=frozenset({P.PROTECTED}),
        foreign=(f"/finance/documents/{NONE}/reveal",),
        form={"reason": "Prov"},
    ),
    "POST /finance/documents/{number}/protect": Route(
        may=FINANCE, foreign=(f"/finance/documents/{NONE}/protect",), form={"reason": "Prov"}
    ),
    "POST /finance/actions/{number}/undo": Route(may=FINANCE, foreign=(f"/finance/actions/{NONE}/undo",)),
    "GET /finance/documents/{number}/xml": Route(
        may=READERS,
        own=("/finance/documents/<invoice 7324>/xml",),
        foreign=(f"/finance/documents/{NONE}/xml",),
        page=False,
    ),
    "GET /finance/documents/{number}/files/{place}": Route(
        may=READERS, foreign=("/finance/documents/<invoice 7324>/files/9",), page=False
    ),
    "GET /finance/bulk": Route(
        may=FINANCE,
        own=(
            "/finance/bulk?kind=ASK_CREDIT&id=<invoice 7324>&id=<invoice F26-2501>",
            "/finance/bulk?kind=ACCEPT&all=1&cause=PRICE",
        ),
        foreign=("/finance/bulk?kind=NOTHING&id=<invoice 7324>",),
    ),
    "POST /finance/bulk": Route(
        may=FINANCE, foreign=("/finance/bulk",), form={"kind": "NOTHING", "id": "<invoice 7324>", "key": "k"}
    ),
    "GET /finance/bulk/{number}": Route(may=READERS, foreign=(f"/finance/bulk/{NONE}",)),
    "POST /finance/bulk/{number}/continue": Route(may=FINANCE, foreign=(f"/finance/bulk/{NONE}/continue",)),
    "POST /finance/bulk/{number}/undo": Route(may=FINANCE, foreign=(f"/finance/bulk/{NONE}/undo",)),
    "GET /finance/documents/{number}/pdf": Route(
        may=READERS,
        own=("/finance/documents/<invoice 7324>/pdf",),
        foreign=(f"/finance/documents/{NONE}/pdf",),
        page=False,
    ),
    "GET /finance/policies": Route(may=RULES, own=("/finance/policies",)),
    "GET /finance/policies/change": Route(may=CHANGERS, own=("/finance/policies/change",)),
    "POST /finance/policies/try": Route(may=CHANGERS),
    "POST /finance/policies": Route(may=CHANGERS),
    "POST /finance/policies/limits": Route(may=frozenset({P.BUYER_ADMIN})),
    "POST /finance/policies/{number}/withdraw": Route(
        may=CHANGERS, foreign=(f"/finance/policies/{NONE}/withdraw",)
    ),
    "GET /finance/policies/again": Route(may=FINANCE, own=("/finance/policies/again",)),
    "POST /finance/policies/again": Route(may=FINANCE),
    "GET /finance/policies/again/{number}": Route(may=RULES, foreign=(f"/finance/policies/again/{NONE}",)),
    "POST /finance/policies/again/{number}/continue": Route(
        may=FINANCE, foreign=(f"/finance/policies/again/{NONE}/continue",)
    ),
    "GET /finance/policies/used/{mark}": Route(
        may=RULES | READERS, foreign=("/finance/policies/used/0000000000000000",)
    ),
    "GET /finance/reports": Route(
        may=frozenset({P.OFFICER, P.FINANCE, P.AUDIT}),
        own=(
            "/finance/reports",
            "/finance/reports?part=APPROVED",
            "/finance/reports?part=REJECTED&supplier=5599991014&unit=UV-101&month=2026-09&reference=400000014",
        ),
    ),
    "POST /finance/reports": Route(may=frozenset({P.OFFICER})),
    "GET /finance/reports/informative": Route(
        may=frozenset({P.OFFICER, P.FINANCE, P.AUDIT}),
        own=("/finance/reports/informative", "/finance/reports/informative?state=READ&reference=400000014"),
    ),
    "POST /finance/reports/informative": Route(may=frozenset({P.OFFICER})),
    "GET /finance/reports/aside": Route(
        may=frozenset({P.OFFICER, P.FINANCE, P.AUDIT}), own=("/finance/reports/aside",)
    ),
    "POST /finance/reports/aside": Route(may=frozenset({P.OFFICER})),
    "GET /finance/reports/figures": Route(
        may=frozenset({P.OFFICER, P.FINANCE, P.AUDIT}),
        own=(
            "/finance/reports/figures",
            "/finance/reports/figures?by=supplier",
            "/finance/reports/figures?level=C",
        ),
    ),
    "GET /finance/reports/figures.{form}": Route(
        may=frozenset({P.OFFICER, P.FINANCE, P.AUDIT}),
        own=("/finance/reports/figures.csv", "/finance/reports/figures.xlsx?by=area"),
        foreign=("/finance/reports/figures.pdf",),
        page=False,
    ),
    "GET /finance/results": Route(
        may=FINANCE | frozenset({P.OFFICER, P.AUDIT}),
        own=("/finance/results", "/finance/results?part=PLACED"),
    ),
    **{
        f"POST /finance/results/{{planned_id}}/{step}": Route(
            may=FINANCE | frozenset({P.OFFICER}), foreign=(f"/finance/results/{NONE}/{step}",)
        )
        for step in ("again", "drop", "revoke")
    },
    "GET /finance/audit": Route(
        may=AUDITORS, own=("/finance/audit", "/finance/audit?q=400000014&since=2026-09-01&actor=system")
    ),
    "GET /finance/audit/verify": Route(may=AUDITORS, own=("/finance/audit/verify",)),
    "POST /finance/audit/verify": Route(may=AUDITORS),
    "GET /finance/audit/case/{reference}": Route(
        may=AUDITORS,
        own=("/finance/audit/case/400000014",),
        foreign=("/finance/audit/case/999999999",),
        page=False,
    ),
    "GET /finance/audit/retention": Route(
        may=AUDITORS | frozenset({P.BUYER_ADMIN}), own=("/finance/audit/retention",)
    ),
    "POST /finance/audit/holds": Route(may=CHANGERS),
    "POST /finance/audit/holds/{number}/lift": Route(
        may=CHANGERS, foreign=(f"/finance/audit/holds/{NONE}/lift",)
    ),
    "POST /finance/audit/disposals": Route(may=CHANGERS),
    "POST /finance/audit/disposals/{number}/{answer}": Route(
        may=CHANGERS, foreign=(f"/finance/audit/disposals/{NONE}/confirm",)
    ),
    "GET /finance/post": Route(may=RULES, own=("/finance/post",)),
    "GET /finance/post/diverted": Route(may=RULES, own=("/finance/post/diverted",)),
    "POST /finance/post/diverted": Route(may=FINANCE, form={"number": NONE}),
    "POST /finance/post/mails": Route(may=FINANCE, form={"mail": NONE}),
    "POST /finance/post/directory/believe": Route(may=FINANCE),
    "GET /finance/post/statistics": Route(
        may=RULES, own=("/finance/post/statistics", "/finance/post/statistics?month=2026-10")
    ),
    "GET /finance/post/statistics.csv": Route(
        may=RULES, own=("/finance/post/statistics.csv?month=2026-10",), page=False
    ),
    "GET /finance/post/{number}": Route(
        may=RULES, own=("/finance/post/<sent 2100000001>",), foreign=(f"/finance/post/{NONE}",)
    ),
    "POST /finance/post/answers/{number}/seen": Route(
        may=FINANCE, foreign=(f"/finance/post/answers/{NONE}/seen",)
    ),
    "POST /finance/post/{number}/send-again": Route(
        may=FINANCE, foreign=(f"/finance/post/{NONE}/send-again",)
    ),
    "GET /finance/objections": Route(
        may=FINANCE | frozenset({P.OFFICER, P.AUDIT}),
        own=("/finance/objections", "/finance/objections?part=ended"),
    ),
    "GET /finance/objections/{objection_id}": Route(
        may=FINANCE | frozenset({P.OFFICER, P.AUDIT}), foreign=(f"/finance/objections/{NONE}",)
    ),
    "POST /finance/objections/{objection_id}": Route(
        may=FINANCE | frozenset({P.OFFICER}),
        foreign=(f"/finance/objections/{NONE}",),
        form={"answer": "STANDS AS_DECIDED"},
    ),
}
