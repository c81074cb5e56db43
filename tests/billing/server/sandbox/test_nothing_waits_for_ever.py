"""Nothing that a test client writes waits for ever: time and the sandbox's buyer lead on from all of it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import select

from accounts.api_clients import client_store
from accounts.api_clients.model import SUPPLIER_SCOPES, ApiScope
from accounts.sealed_secrets import fresh_key
from billing.migrations.schema import METADATAS
from billing.server.sandbox.books import Sandboxes
from foundation.database import Database
from foundation.periods import stockholm_date
from invoicing.documents import order_facts_queries
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from orders.register import store as register_store
from peppol.documents import billing
from peppol.xml import codec
from tests.billing.server.api.crawl_rows import ROWS
from tests.billing.server.sandbox.trying import Trying, addresses
from tests.support.servers.api import a_client, api, bearing
from tests.support.stories.system import a_system
from tests.test_states import MOVED

WRITES_NOTHING: Final = {
    "validate_document": "it says what is wrong with a document, and keeps none",
    "request_token": "it is asked before there is a sandbox, and a token ends by itself",
    "preview_invoice": "it shows what would be made",
}
"""Operations that are no GET and leave nothing behind in a sandbox."""

AT_REST: Final[Mapping[str, frozenset[str]]] = {
    # A credit note is for the supplier to write.
    "invoice.state": frozenset({"PAID", "CREDITED", "SETTLED", "CREDIT_REQUESTED"}),
    "portal_document.state": frozenset({"READ", "UNDONE", "STOPPED"}),
    "periodic_report.state": frozenset({"APPROVED", "REPLACED", "REJECTED"}),
    "informative_report.state": frozenset({"READ", "WITHDRAWN"}),
    "order_objection.state": frozenset({"STANDS", "CANCELLED", "WITHDRAWN"}),
    "claim.state": frozenset({"SETTLED", "WITHDRAWN"}),
    "change_request.state": frozenset({"CONFIRMED"}),
    "background_task.state": frozenset({"DONE"}),
    "supplier_export.state": frozenset({"READY", "REMOVED"}),
    "webhook_message.state": frozenset({"DELIVERED"}),
    # What the client has made and not ended is there for it.
    "webhook_endpoint.state": frozenset({"ACTIVE", "ENDED"}),
    "api_client.state": frozenset({"ACTIVE"}),
    "tutor_assignment.state": frozenset({"STANDING", "REPLACED"}),
    "unit_tutor.state": frozenset({"ACTIVE"}),
    # What is ordered and not reported is for the supplier to report, and then to invoice.
    "line_account.state": frozenset({"OPEN", "CLOSED", "CANCELLED"}),
    "placement.state": frozenset({"DECIDED", "ONGOING"}),
    "inbound_event.state": frozenset({"APPLIED"}),
    "inbox.state": frozenset({"HANDLED", "REPEAT"}),
    "outbox.state": frozenset({"DELIVERED"}),
    "policy_version.state": frozenset({"IN_FORCE", "REPLACED"}),
    "expected_credit.state": frozenset({"RECEIVED", "WITHDRAWN", "EXPECTED"}),
}
"""Where a thing may stay, since the next step is the supplier's own, or there is none; anything else is on its way."""


@pytest.fixture
def tried(tmp_path: Path) -> Iterator[tuple[Trying, Database]]:
    """A test client with every scope, and the books of its sandbox."""
    folder = tmp_path / "sandboxes"
    with a_system(f"sqlite:///{tmp_path / 'billing.sqlite'}") as system:
        number, key = a_client(system, ApiScope.REPORT, ApiScope.ASSIGN, is_test=True)
        with api(system, secret_keys=fresh_key(), sandbox_folder=folder) as portal:
            trying = Trying(portal, bearing(key))
            trying.ask("make_sample_order", {})
            trying.ask("reset_sandbox")
            with system.database.reading() as session:
                client = client_store.by_id(session, number)
            assert client is not None
            (place,) = folder.iterdir()
            sandboxes = Sandboxes(place)
            yield trying, sandboxes.of(client, system.database)
            sandboxes.close()


def test_whatever_is_written_nothing_waits_for_ever(tried: tuple[Trying, Database]) -> None:
    trying, books = tried
    webhook = _listens(trying)
    number, reference = trying.order(3)
    _appoints_and_tells(trying, reference)
    _objects(trying)
    _invoices(trying, books, number)
    _reports(trying, reference)
    _asks_for_its_data(trying)
    _owes_and_disputes(trying, books)
    year = {"since": "2026-06-01T00:00:00Z", "until": "2027-06-01T00:00:00Z"}
    assert trying.ask("redeliver_webhook", year, number=webhook)["count"] > 10
    for _ in range(3):
        trying.let_pass(days=40)
    assert trying.ask("read_sandbox")["webhooks_waiting"] == 0
    assert _on_their_way(books) == []
    assert trying.written | set(WRITES_NOTHING) == _writes_of_suppliers()


def _listens(trying: Trying) -> int:
    made = trying.ask("make_webhook", {"name": "Ledger", "url": "https://hooks.example/rusta"})
    webhook: int = made["id"]
    ended = trying.ask("make_webhook", {"name": "Other", "url": "https://hooks.example/other"})["id"]
    trying.ask("change_webhook", {"name": "Another"}, number=ended)
    trying.ask("make_webhook_secret", number=webhook)
    (first,) = made["secrets"]
    trying.ask("end_webhook_secret", number=webhook, secret=first["id"])
    trying.ask("send_webhook_test", number=webhook)
    trying.ask("end_webhook", number=ended)
    return webhook


def _appoints_and_tells(trying: Trying, reference: str) -> None:
    trying.ask("appoint_tutor", {"tutor": "handledare-1"}, reference=reference)
    row = {"execution_reference": reference, "tutor": "handledare-2"}
    trying.ask("appoint_tutors", {"rows": [row]})
    told = trying.ask("file_informative_report", {"kind": "CONTACT"}, reference=reference)
    trying.ask("withdraw_informative_report", reference=reference, number=told["id"])
    told = trying.ask("file_informative_report", {"kind": "CONTACT"}, reference=reference)
    assert told["state"] == "UNREAD"
    trying.let_pass()
    told = trying.ask("read_informative_report", reference=reference, number=told["id"])
    assert told["state"] == "READ"


def _objects(trying: Trying) -> None:
    """One is taken back; of the others the order stands, or is cancelled."""
    number, _ = trying.order(0)
    made = trying.ask("make_objection", {"points": [{"reason": "UNIT"}]}, number=number)
    trying.ask("withdraw_objection", number=number, objection=made["id"])
    for reason, answer in (("PERIOD", "STANDS"), ("DUPLICATE", "CANCELLED")):
        made = trying.ask("make_objection", {"points": [{"reason": reason}]}, number=number)
        assert made["state"] == "OPEN"
        trying.let_pass()
        assert trying.ask("read_objection", number=number, objection=made["id"])["state"] == answer


def _invoices(trying: Trying, books: Database, number: str) -> None:
    """One is undone, one made among many, one deviates, one is held for its account."""
    made = trying.ask("send_invoice", {"line": f"{number}/001"})
    trying.ask("undo_outgoing_invoice", made_id=made["id"])
    trying.ask("make_invoices", {"rows": [{"line": f"{number}/001"}]})
    wrong = _flipped(books, number, "002", "EGEN-1")
    wrong = replace(wrong, payment_means=tuple(_to_another_account(each) for each in wrong.payment_means))
    taken = trying.ask("hand_in_sandbox_message", content=codec.serialise(wrong))
    assert taken["document_state"] == "ACCEPTED", taken
    early = _flipped(books, number, "003", "EGEN-2")
    assert early.order_reference is not None
    alone = replace(early, id="EGEN-3", order_reference=replace(early.order_reference, id="4711"))
    assert trying.ask("hand_in_sandbox_message", content=codec.serialise(alone))["document_state"] == (
        "CREDIT_REQUESTED"
    )
    lost = flipping.credit_note_of(replace(early, id="EGEN-9"), given=Numbered("EGEN-K9", early.issue_date))
    trying.ask("hand_in_sandbox_message", content=codec.serialise(lost))
    trying.ask("change_settings", {"series": {"letters": "RM"}})


def _reports(trying: Trying, reference: str) -> None:
    """A month is reported when it has ended, another with many, and one again, which an officer looks at."""
    trying.let_pass(days=45)
    trying.ask("file_report", {"execution_reference": reference, "month": "2026-11"})
    rows = [{"execution_reference": reference, "month": "2026-12"}]
    trying.ask("file_reports", {"rows": rows})
    trying.ask("correct_report", {}, reference=reference, month="2026-12")
    trying.let_pass()
    for month in ("2026-11", "2026-12"):
        assert trying.ask("read_report", reference=reference, month=month)["report"]["state"] == "APPROVED"


def _asks_for_its_data(trying: Trying) -> None:
    asked = trying.ask("ask_for_export")
    assert asked["state"] == "WAITING"
    assert trying.ask("read_export", number=asked["id"])["state"] == "READY"
    assert trying.asked("fetch_export", number=asked["id"]).content.startswith(b"PK")


def _owes_and_disputes(trying: Trying, books: Database) -> None:
    """What is credited once it is paid is owed, demanded, disputed, answered, and repaid on its day."""
    number, _ = trying.order(1)
    trying.ask("send_invoice", {"line": f"{number}/001"})
    trying.let_pass(minutes=15)
    trying.let_pass(days=40)
    (paid,) = [each for each in trying.ask("list_invoices")["documents"] if each["order"] == number]
    assert paid["state"] == "PAID"
    trying.ask("send_invoice", {"credits": paid["id"]})
    trying.let_pass(minutes=15)
    (claim,) = trying.ask("list_claims")["claims"]
    assert claim["state"] == "DEMANDED"
    disputed = trying.ask("dispute_claim", {"words": "Vi har levererat."}, number=claim["number"])
    assert disputed["state"] == "DISPUTED"
    trying.let_pass()
    assert trying.ask("read_claim", number=claim["number"])["state"] == "DEMANDED"
    trying.let_pass(days=31)
    assert trying.ask("read_claim", number=claim["number"])["state"] == "SETTLED"


def _flipped(books: Database, number: str, line: str, own: str) -> billing.Invoice:
    """The invoice of a line as the supplier's own program writes it."""
    with books.reading() as session:
        register = register_store.load(session)
        facts = order_facts_queries.order_facts(session, register, number)
        assert facts is not None
        return flipping.flip(
            facts,
            facts.lines[line],
            supplier=register.supplier(facts.order.supplier),
            buyer=register.buyer,
            policy=register.policy,
            given=Numbered(own, stockholm_date(books.clock())),
        )


def _to_another_account(means: Any) -> Any:  # noqa: ANN401 - a group of the document
    return replace(means, payee_financial_account=replace(means.payee_financial_account, id="5999123"))


def _on_their_way(books: Database) -> list[str]:
    """Whatever stands where it may not stay."""
    tables = {each.name: each for metadata in METADATAS for each in metadata.sorted_tables}
    found = []
    with books.reading() as session:
        for place in MOVED:
            table, _, column = place.partition(".")
            states = set(session.scalars(select(tables[table].c[column]).distinct()))
            found += [f"{place} {each}" for each in sorted(states - AT_REST.get(place, frozenset()))]
    return found


def _writes_of_suppliers() -> set[str]:
    """The operations by which a supplier's client may bring something about."""
    return {
        each
        for each, (method, _) in addresses().items()
        if method != "GET" and (not ROWS[each].may or ROWS[each].may & SUPPLIER_SCOPES)
    }
