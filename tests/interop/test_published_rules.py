"""What OpenPeppol's published rules, as phive runs them, say of every kind of document we write: nothing at all."""

import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import pytest

from billing.tools.simulation import documents
from fixtures.build_bad import base
from foundation.database import Database
from invoicing.flow_test.example_documents import examples
from invoicing.flow_test.sample_orders import NoSamples
from peppol.documents import technical_responses
from peppol.exchange import outbox_store
from peppol.identifiers import DocumentKind, ParticipantId
from peppol.validation import validation
from peppol.xml import codec
from tests.interop import parts
from tests.interop.network import MLS_FROM, MLS_TO
from tests.support.servers.access_points import BUYER, SUPPLIER
from tests.support.stories import demo_books
from tests.support.stories.system import example_register

pytestmark = pytest.mark.interop

RULES: Final[Mapping[DocumentKind, str]] = {
    DocumentKind.ORDER: "eu.peppol.bis3:order:2026.5",
    DocumentKind.ORDER_RESPONSE: "eu.peppol.bis3:order-response:2026.5",
    DocumentKind.INVOICE: "eu.peppol.bis3:invoice:2026.5",
    DocumentKind.CREDIT_NOTE: "eu.peppol.bis3:creditnote:2026.5",
    DocumentKind.INVOICE_RESPONSE: "eu.peppol.bis3:invoice-message-response:2026.5",
    DocumentKind.MLR: "eu.peppol.bis3:mlr:2026.5",
    DocumentKind.MLS: "org.peppol:mls:1.0.0",
}
"""The release of phive's rules that has each kind's; the pom.xml of the harness names phive's own."""
DAY: Final = date(2026, 3, 12)


def test_the_published_rules_find_nothing_in_what_we_write(tmp_path: Path) -> None:
    parts.install()
    asked, kinds = [], Counter[DocumentKind]()
    for number, (kind, body) in enumerate(written()):
        path = tmp_path / f"{number:04}-{kind}.xml"
        path.write_bytes(body)
        asked.append(f"{RULES[kind]}\t{path}")
        kinds[kind] += 1
    assert set(kinds) == set(RULES)
    said = judged(asked)
    read = [line for line in said if line.endswith("\tread")]
    assert len(read) == len(asked)
    assert [line for line in said if line not in read] == []
    print(f"Published rules: {', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))}")


def test_the_published_rules_find_what_is_wrong(tmp_path: Path) -> None:
    parts.install()
    path = tmp_path / "order.xml"
    wrong = base("order").replace(b"<cbc:DocumentCurrencyCode>SEK<", b"<cbc:DocumentCurrencyCode>XXZ<")
    assert wrong != base("order")
    path.write_bytes(wrong)
    *found, read = judged([f"{RULES[DocumentKind.ORDER]}\t{path}"])
    assert read == f"{path}\tread"
    assert any("PEPPOL-T01-B01001" in line for line in found)


def judged(asked: list[str]) -> list[str]:
    """What phive says of the documents, a line each."""
    command = [*parts.java_command("access-point"), "interop.PublishedRules"]
    ended = subprocess.run(
        command, input="\n".join(asked), capture_output=True, text=True, check=False, timeout=900
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return [line for line in ended.stdout.splitlines() if "\t" in line]


def written() -> Iterator[tuple[DocumentKind, bytes]]:
    """Every document the demo's books hold of ours, the examples of each supplier, and technical answers."""
    database = Database(f"sqlite:///{demo_books.played().folder / 'billing.sqlite'}")
    with database.reading() as session:
        for message in outbox_store.messages_out(session):
            yield DocumentKind(message.kind), message.body
    database.close()
    register = example_register()
    for supplier in register.suppliers:
        try:
            found = examples(register, supplier.organisation_number)
        except NoSamples:
            continue
        for document in (
            *found.orders,
            *found.order_responses,
            *found.invoices,
            *found.credit_notes,
            *found.invoice_responses,
            *(documents.acceptance(each, number=f"M-{each.id}", on=DAY) for each in found.orders),
        ):
            yield document.kind, codec.serialise(document)
    yield from technical()


def technical() -> Iterator[tuple[DocumentKind, bytes]]:
    """A refusal and an acceptance in each of the two forms of technical answers."""
    findings = validation.validate(
        b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'/>", on=DAY
    )
    for found in ((), tuple(findings.findings)):
        mls = technical_responses.mls(
            found,
            document_id=f"S-{len(found)}",
            instance_id="00000000-0000-4000-8000-000000000001",
            sender=ParticipantId.parse(MLS_TO),
            receiver=ParticipantId.parse(MLS_FROM),
            at=datetime(2026, 3, 12, 9, tzinfo=UTC),
        )
        yield DocumentKind.MLS, codec.serialise(mls)
    mlr = technical_responses.refusal_mlr(
        tuple(findings.findings),
        document_id="R-1",
        answered="F26-1",
        sender=ParticipantId.parse(BUYER),
        receiver=ParticipantId.parse(SUPPLIER),
        on=DAY,
        type_code="380",
    )
    yield DocumentKind.MLR, codec.serialise(mlr)
