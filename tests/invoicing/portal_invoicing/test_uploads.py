"""An invoice made elsewhere is looked at before it is sent, and leaves with the bytes as they came."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from invoicing.matching.deviations import Verdict
from invoicing.model import InvoiceState
from invoicing.portal_invoicing import flipping, uploads
from invoicing.portal_invoicing import sending as portal_sending
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.portal_invoicing.sending import Press
from invoicing.portal_invoicing.uploads import Looked, UploadRefused
from orders.register import store as register_store
from peppol.documents import billing
from peppol.xml import codec
from tests.support.message_bodies import bodies_in
from tests.support.stories.bills import billed
from tests.support.stories.portal import Desk, key
from tests.support.stories.system import LARKDRILLEN, System, a_system

REFERENCE = "100000101"


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 6, 1))
        system.report(REFERENCE, "2026-06", on=date(2026, 7, 2))
        yield Desk(system)


def invoice(system: System, desk: Desk, number: str = "EGEN-1") -> billing.Invoice:
    return system.flip(system.order(REFERENCE).number, number=number, on=desk.today)


def looked(desk: Desk, body: bytes) -> Looked:
    with desk.system.database.writing() as session:
        upload = uploads.take_in(session, desk.actor, body, now=desk.now)
    with desk.system.database.reading() as session:
        register = register_store.load(session)
        found = uploads.look(session, register, desk.actor, upload, today=desk.today)
        assert (
            uploads.look(session, register, Desk(desk.system, LARKDRILLEN).actor, upload, today=desk.today)
            is None
        )
    assert found is not None
    return found


def refusal_of(file: Looked) -> str:
    assert file.refusal is not None
    return file.refusal.en


def send(desk: Desk, file: Looked) -> None:
    assert file.sendable is not None
    with desk.system.database.writing() as session:
        press = Press(desk.actor, key(), desk.now)
        (row,) = portal_sending.send_file(session, press, file.sendable, file.body, digest=file.sha256)
    assert row.made, row.reason.en


def test_an_upload_is_judged_before_it_is_sent_and_leaves_byte_for_byte(desk: Desk) -> None:
    body = codec.serialise(invoice(desk.system, desk), pretty=True)
    file = looked(desk, body)
    assert file.match is not None
    assert file.match.verdict is Verdict.ACCEPT
    send(desk, file)
    assert "on its way" in refusal_of(looked(desk, body))
    desk.wait()
    with desk.system.database.reading() as session:
        assert bodies_in(session) == [body]
    (outcome,) = desk.system.read_messages(on=desk.today)
    assert outcome.invoice is not None
    assert outcome.invoice.state is InvoiceState.ACCEPTED
    assert "already" in refusal_of(looked(desk, body))


def test_a_credit_note_made_elsewhere_is_judged_against_its_invoice(desk: Desk) -> None:
    wrong = billed(invoice(desk.system, desk), days="5")
    desk.system.send(wrong)
    file = looked(desk, codec.serialise(flipping.credit_note_of(wrong, given=Numbered("EGEN-2", desk.today))))
    assert file.match is not None
    assert file.match.verdict is Verdict.ACCEPT
    send(desk, file)
    desk.wait()
    (outcome,) = desk.system.read_messages(on=desk.today)
    assert outcome.invoice is not None
    assert desk.system.invoice(outcome.invoice.id).state is InvoiceState.SETTLED


def test_a_file_of_another_organisation_is_refused_kindly(desk: Desk) -> None:
    body = codec.serialise(invoice(desk.system, desk)).replace(b"5599991014", LARKDRILLEN.encode())
    file = looked(desk, body)
    assert file.sendable is None
    assert "another organisation" in refusal_of(file)
    assert file.match is None


def test_an_invalid_file_is_kept_and_explained_and_cannot_be_sent(desk: Desk) -> None:
    file = looked(desk, b"<hej/>")
    assert file.reading.findings
    assert file.sendable is None
    with pytest.raises(UploadRefused):
        looked(desk, b"")
    with pytest.raises(UploadRefused):
        looked(desk, b" " * (uploads.SIZE_MAX + 1))


def test_a_supplier_uploads_so_many_files_a_day_and_no_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "A_DAY_MAX", 2)
    looked(desk, b"<a/>")
    looked(desk, b"<b/>")
    with pytest.raises(UploadRefused, match="last day"):
        looked(desk, b"<c/>")
    desk.now += timedelta(days=2)
    looked(desk, b"<c/>")
