"""Every call in the product that parses bytes or text, and the wall that it stands behind (decision 84)."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from tests.support.project import PROJECT

ROOMS: Final = (
    *("accounts", "audit", "billing", "bookkeeping", "finance_desk", "foundation", "invoicing"),
    *("operations", "orders", "peppol", "supplier_portal", "web"),
)
PARSES: Final = frozenset(
    {
        *(
            "etree.fromstring",
            "etree.parse",
            "etree.XML",
            "etree.iterparse",
            "etree.XMLPullParser",
            "parser.feed",
        ),
        *("admit", "admit_metadata", "admit_to_identify", "admit_to_search"),
        *("gate.admit", "gate.admit_metadata", "gate.admit_to_search", "codec.parse", "iso20022.parse"),
        *("unwrap", "opening.unwrap", "envelope_alone", "opening.envelope_alone", "iso20022.message_of"),
        *("instance_id_in", "opening.instance_id_in", "recipient_in", "answered_instance_in"),
        *("sender_of", "validate", "validation.validate", "attachments.files_in", "camt.movements"),
        *("json.load", "json.loads", "csv.reader", "csv.DictReader", "tomllib.load", "tomllib.loads"),
        *("zipfile.ZipFile", "pickle.load", "pickle.loads"),
    }
)

APART: Final = "done in a process apart, within limits of time and memory, wherever others' bytes come"
GATE: Final = (
    "on arrival: the gate alone, linear and a second for the largest (tests/peppol/envelope/test_cost.py)"
)
PART: Final = "a part of the reading itself; whoever calls it has a row of their own"
OURS: Final = "what we wrote ourselves"
INSTALLED: Final = "a file of the installation's or of the program's, chosen by who runs it"
CAPPED: Final = "an answer or a line of few bytes, cut off where it is read"
HOST: Final = "a command on the host, with one message or file at a time"
TOOLS: Final = "a tool beside the product: a demo, a benchmark, a simulator, an old migration"

WALLS: Final = {
    "accounts/api_clients/public_keys.py": CAPPED,
    "accounts/api_clients/token_endpoint.py": OURS,
    "accounts/notifications/store.py": OURS,
    "accounts/openid/provider_settings.py": INSTALLED,
    "accounts/passkeys/proving.py": CAPPED,
    "accounts/staff/change_store.py": OURS,
    "bookkeeping/accounting_rules.py": CAPPED,
    "bookkeeping/charts/": INSTALLED,
    "bookkeeping/layouts/": INSTALLED,
    "bookkeeping/ledger_answers.py": CAPPED,
    "bookkeeping/month_closing_store.py": OURS,
    "billing/cli/commands/receiving.py": GATE,
    "billing/cli/commands/validate.py": APART,
    "billing/migrations/": TOOLS,
    "billing/server/api/buyers/register_api.py": CAPPED,
    "billing/server/api/buyers/told_audit.py": OURS,
    "billing/server/api/validation_api.py": APART,
    "billing/server/api/webhooks/own_endpoints.py": OURS,
    "billing/server/described/description.py": INSTALLED,
    "billing/server/background/own_data/archive.py": OURS,
    "billing/server/installation.py": GATE,
    "billing/server/sandbox/books.py": OURS,
    "billing/server/ways_in.py": GATE,
    "billing/server/webhook.py": GATE,
    "billing/tools/": TOOLS,
    "finance_desk/journal_words.py": OURS,
    "foundation/books_mark.py": OURS,
    "foundation/spreadsheets.py": OURS,
    "foundation/units.py": INSTALLED,
    "audit/case_archive.py": HOST,
    "audit/case_journal.py": HOST,
    "invoicing/decisions/store.py": OURS,
    "invoicing/documents/reading.py": APART,
    "invoicing/documents/view.py": APART,
    "invoicing/flow_test/example_documents.py": OURS,
    "invoicing/flow_test/often_forgotten.py": OURS,
    "invoicing/intake/message_answers.py": APART,
    "invoicing/intake/queue.py": APART,
    "invoicing/claims/letters.py": OURS,
    "invoicing/payment/bank_files/": APART,
    "invoicing/payment_control/": APART,
    "invoicing/responses/kept_words.py": OURS,
    "invoicing/supplier_changes/change_request_store.py": OURS,
    "operations/webhooks/payloads.py": OURS,
    "operations/checks/": OURS,
    "operations/background/task_store.py": OURS,
    "operations/event_feed/change_queries.py": OURS,
    "operations/event_feed/contract.py": OURS,
    "operations/idempotency/reply_store.py": OURS,
    "operations/restore/": HOST,
    "operations/timeline/queries.py": OURS,
    "orders/events/envelope.py": CAPPED,
    "orders/placements/store.py": OURS,
    "orders/purchase_orders/order_view.py": OURS,
    "orders/register/": INSTALLED,
    "peppol/access_points/service_levels.py": CAPPED,
    "peppol/lookup/signing.py": OURS,
    "peppol/access_points/web.py": CAPPED,
    "peppol/envelope/": PART,
    "peppol/exchange/identify.py": APART,
    "peppol/exchange/receiving.py": GATE,
    "peppol/explanations/text_files.py": INSTALLED,
    "peppol/lookup/smp.py": CAPPED,
    "peppol/validation/": PART,
    "peppol/xml/": PART,
    "web/pages.py": CAPPED,
}
"""Each module, or folder, that parses, and its wall."""


def parsing() -> Iterator[tuple[str, str]]:
    """Each module that names something that parses, and what."""
    for room in ROOMS:
        for path in sorted((PROJECT / room).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if not any(each.rpartition(".")[2] in source for each in PARSES):
                continue
            for node in ast.walk(ast.parse(source)):
                if (what := named_by(node)) in PARSES:
                    yield str(path.relative_to(PROJECT)), what


def named_by(node: ast.AST) -> str:
    """What is named, as `gate.admit`; empty for anything else."""
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            return name
        case ast.Attribute(value=ast.Name(id=module), attr=name, ctx=ast.Load()):
            return f"{module}.{name}"
    return ""


def test_whatever_parses_stands_behind_a_wall() -> None:
    found = {module for module, _ in parsing()}
    rows = {module: [row for row in WALLS if module.startswith(row)] for module in found}
    assert [module for module, of in rows.items() if len(of) != 1] == []
    assert set(WALLS) - {row for of in rows.values() for row in of} == set(), "rows of nothing"


def test_what_stands_behind_the_process_names_it() -> None:
    """A module whose row says so goes there itself, or hands its function to what does."""
    for row in (row for row, wall in WALLS.items() if wall is APART):
        paths = [PROJECT / row] if row.endswith(".py") else sorted((PROJECT / row).glob("*.py"))
        sources = [path.read_text(encoding="utf-8") for path in paths]
        assert any(re.search(r"apart\.(?:checked|validate)", each) for each in sources), row


OTHERS: Final = re.compile(
    r"^\s*(?:from|import) (?:xml\b(?!\.sax\.saxutils)|html\.parser|bs4|yaml|pyexpat|marshal|shelve|html5lib|xmltodict)",
    re.MULTILINE,
)


OF_OUR_OWN_PAGES: Final = PROJECT / "web" / "forms" / "forms_in_page.py"
"""The one that reads HTML: pages that this process wrote a moment ago, with what people said in them escaped."""


def test_no_other_parser_is_used() -> None:
    modules = [path for room in ROOMS for path in (PROJECT / room).rglob("*.py")]
    found = [path for path in modules if OTHERS.search(path.read_text(encoding="utf-8"))]
    assert found == [OF_OUR_OWN_PAGES]


def test_what_reads_our_own_pages_is_given_nothing_else() -> None:
    """Only the module that asks for the page again hands it one."""
    modules = [path for room in ROOMS for path in (PROJECT / room).rglob("*.py")]
    users = [path for path in modules if "forms_in_page import" in path.read_text(encoding="utf-8")]
    assert [path.name for path in users] == ["form_again.py"]
