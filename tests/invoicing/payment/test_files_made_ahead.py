"""The files of a proposal: what is in them, who is told, and that those made ahead leave only while they are true."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from foundation import journal
from foundation.database import Database
from foundation.spreadsheets import CSV_TYPE, XLSX_TYPE
from foundation.transitions import StepRefused
from invoicing.payment import attestation, export_store, payable_store, proposal_store, proposals
from invoicing.payment import export as payment_export
from invoicing.payment.attestation import ChangedSinceAttest
from invoicing.payment.export import Prepared
from invoicing.payment.export_store import FileKind
from invoicing.payment.payable import PayableKind
from invoicing.payment.proposal_store import Proposal
from invoicing.payment_control.runs import Tally
from invoicing.payment_control.tables import control_run, control_run_count
from orders.register import store as register_store
from tests.invoicing.payment.runs.test_portions import moves_account
from tests.support.held_rows import held_rows
from tests.support.stories.many_to_pay import MARCH, five_invoices
from tests.support.stories.paying import DEBTOR, NOW, OFFICER, SECOND, PayDesk
from tests.support.stories.system import a_system

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def desk(database_url: str) -> Iterator[PayDesk]:
    with a_system(database_url, begun=five_invoices) as system:
        desk = PayDesk(system)
        desk.give_right()
        yield desk


@pytest.fixture
def proposal(desk: PayDesk) -> Proposal:
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal)
    return proposal


def prepare(desk: PayDesk, proposal: Proposal) -> Prepared:
    with desk.system.database.reading() as session:
        register = register_store.load(session)
        return payment_export.prepare(session, register, proposal.number, debtor=DEBTOR)


def export(desk: PayDesk, proposal: Proposal, ahead: Prepared | None = None) -> None:
    with desk.system.database.writing() as session:
        payment_export.export(
            session,
            register_store.load(session),
            proposal.number,
            debtor=DEBTOR,
            by=SECOND,
            now=LATER,
            prepared=ahead,
        )


def kept(database: Database, number: str) -> list[tuple[str, str, str, bytes]]:
    with database.reading() as session:
        return [
            (each.kind, each.name, each.media_type, export_store.named(session, each.id)[1])
            for each in export_store.about(session, number)
        ]


def test_three_files_say_the_same_and_nothing_is_kept_of_them_yet(desk: PayDesk, proposal: Proposal) -> None:
    ahead = prepare(desk, proposal)
    name = "betalningar-2026-03-05-30000001"
    assert [each[:3] for each in ahead.files] == [
        (FileKind.PAIN001, f"{name}.xml", "application/xml"),
        (FileKind.PAYMENTS_CSV, f"{name}.csv", CSV_TYPE),
        (FileKind.PAYMENTS_XLSX, f"{name}.xlsx", XLSX_TYPE),
    ]
    assert kept(desk.system.database, proposal.number) == []
    assert desk.state(proposal) == "ATTESTED"
    body, table = ahead.files[0][3], ahead.files[1][3]
    for place in range(1, 6):
        assert f"<EndToEndId>RM30000001-0000{place}</EndToEndId>".encode() in body
        assert f"RM30000001-0000{place};".encode() in table
    assert b"<CreDtTm>2026-11-21T" in body
    assert body.count(b"2026-03-05") >= 1
    assert table.count(b";2026-03-05") == 5
    assert ahead.plan.left_out == ()
    assert [each.end_to_end for each in ahead.plan.transfers] == [
        f"RM30000001-0000{place}" for place in range(1, 6)
    ]


def test_what_leaves_is_kept_and_told_with_its_controls(desk: PayDesk, proposal: Proposal) -> None:
    with desk.system.database.reading() as session:
        register = register_store.load(session)
        keys = [(place, PayableKind.INVOICE) for place in range(1, 6)]
        tally = Tally()
        for each in payable_store.load(session, register, keys, pay_on=MARCH).values():
            tally.add(each.invoice_id, each.controls)
    ahead = prepare(desk, proposal)
    assert (ahead.controls, ahead.revision) == (tally, 0)
    export(desk, proposal)
    assert kept(desk.system.database, proposal.number) == list(ahead.files)
    with desk.system.database.reading() as session:
        files = export_store.about(session, proposal.number)
        assert {(each.made_by, each.made_at) for each in files} == {(SECOND, LATER)}
        assert proposal_store.get(session, proposal.number).exported_by == SECOND
        last = [row for row in journal.rows(session) if row.action == "payment.exported"]
        (made,) = session.execute(select(control_run).where(control_run.c.step == "EXPORTED"))
        counts = control_run_count
        rows = session.execute(select(counts).where(counts.c.run_id == made.id))
        counted = {(row.control, row.verdict): row.payments for row in rows}
    assert [(row.actor, row.subject, json.loads(row.detail)) for row in last] == [
        (SECOND, "proposal 30000001", {"transfers": "5"})
    ]
    assert (made.proposal, made.payments, made.made_by, made.made_at) == (proposal.number, 5, SECOND, LATER)
    assert counted == dict(tally.counts)
    assert [(each.state.value, each.end_to_end) for each in desk.items(proposal)] == [
        ("EXPORTED", f"RM30000001-0000{place}") for place in range(1, 6)
    ]


def marked(ahead: Prepared) -> Prepared:
    """The files made ahead, known again by a letter more in each."""
    return replace(ahead, files=tuple((*each[:3], each[3] + b"\n") for each in ahead.files))


def leaves_as_made_ahead(desk: PayDesk, proposal: Proposal, ahead: Prepared) -> bool:
    export(desk, proposal, marked(ahead))
    return kept(desk.system.database, proposal.number) == list(marked(ahead).files)


def test_what_was_made_ahead_leaves_as_it_is_where_nothing_has_changed(
    desk: PayDesk, proposal: Proposal
) -> None:
    assert leaves_as_made_ahead(desk, proposal, prepare(desk, proposal))


def test_something_taken_out_since_makes_the_files_anew(desk: PayDesk, proposal: Proposal) -> None:
    ahead = prepare(desk, proposal)
    with desk.system.database.writing() as session:
        proposals.take_out(session, 1, by=OFFICER)
    assert not leaves_as_made_ahead(desk, proposal, ahead)
    assert kept(desk.system.database, proposal.number) != list(ahead.files)


def test_another_revision_alone_makes_the_files_anew(desk: PayDesk, proposal: Proposal) -> None:
    ahead = prepare(desk, proposal)
    with desk.system.database.writing() as session:
        proposal_store.raise_revision(session, proposal.number)
    assert not leaves_as_made_ahead(desk, proposal, ahead)
    assert kept(desk.system.database, proposal.number) == list(ahead.files)


def test_another_name_of_the_payee_makes_the_files_anew(desk: PayDesk, proposal: Proposal) -> None:
    ahead = prepare(desk, proposal)
    register = desk.system.register
    suppliers = tuple(replace(each, name=f"{each.name} i likvidation") for each in register.suppliers)
    desk.system.change_register(replace(register, suppliers=suppliers))
    assert not leaves_as_made_ahead(desk, proposal, ahead)
    assert b"i likvidation" in desk.file(proposal)


def test_what_has_changed_since_does_not_leave_though_its_files_were_made(
    desk: PayDesk, proposal: Proposal
) -> None:
    ahead = prepare(desk, proposal)
    moves_account(desk.system)
    with pytest.raises(ChangedSinceAttest, match="F-1"):
        export(desk, proposal, ahead)
    with pytest.raises(ChangedSinceAttest, match="F-1"):
        prepare(desk, proposal)
    assert kept(desk.system.database, proposal.number) == []


def test_only_what_is_attested_is_made_into_files_and_once(desk: PayDesk, proposal: Proposal) -> None:
    ahead = prepare(desk, proposal)
    export(desk, proposal, ahead)
    for again in (lambda: prepare(desk, proposal), lambda: export(desk, proposal, ahead)):
        with pytest.raises(StepRefused, match="30000001"):
            again()
    assert len(kept(desk.system.database, proposal.number)) == 3


def test_files_that_are_made_ahead_keep_nobody_waiting_and_those_that_leave_do(
    desk: PayDesk, proposal: Proposal
) -> None:
    heard: list[int] = []
    with held_rows() as held, desk.system.database.reading() as session:
        ahead = payment_export.prepare(
            session, register_store.load(session), proposal.number, debtor=DEBTOR, tell=heard.append
        )
    assert (held, heard) == (set(), [5])
    with held_rows() as held, desk.system.database.writing() as session:
        register = register_store.load(session)
        attestation.check_unchanged(session, register, proposal, lock=False)
    assert held == set()
    with held_rows() as held:
        export(desk, proposal, ahead)
    assert held == {"payment_proposal", "invoice"}


def test_a_reference_that_names_somebody_stays_here_where_the_document_is_apart(
    desk: PayDesk, proposal: Proposal
) -> None:
    (first, *_) = desk.items(proposal)
    with desk.system.database.reading() as session:
        keys = [first.key]
        (payable,) = payable_store.load(session, register_store.load(session), keys, pay_on=MARCH).values()
    names_somebody = replace(first, reference="121212-1212")
    said = {
        (item.reference, apart): proposals.to_send(item, payable, apart=apart).part.reference
        for item in (first, names_somebody)
        for apart in (False, True)
    }
    assert said == {
        (first.reference, False): first.reference,
        (first.reference, True): first.reference,
        ("121212-1212", False): "121212-1212",
        ("121212-1212", True): "",
    }
    sent = proposals.to_send(first, payable, {"F-1": "RM-1", "F-2": "RM-2"})
    assert (sent.part.item_id, sent.part.kind, sent.part.number) == (1, PayableKind.INVOICE, "RM-1")
    assert (sent.part.issued_on, sent.part.amount) == (payable.issued_on, first.amount)
    assert (sent.supplier, sent.payee_name, sent.account) == (
        first.supplier,
        payable.payee_name,
        first.account,
    )
    assert sent.address == payable.address
    assert proposals.to_send(first, payable, {"F-2": "RM-2"}).part.number == "F-1"
    assert proposals.to_send(first, payable).part.number == "F-1"
