"""Payments in the words of the trade, for stories: rights, proposals, attest, files, the bank's answers."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from invoicing.payment import (
    attest_right_store,
    attestation,
    export_store,
    proposal_store,
    proposals,
)
from invoicing.payment import export as payment_export
from invoicing.payment.attest_right_store import Reach
from invoicing.payment.attestation import Dropped
from invoicing.payment.bank_answers import bank_reports
from invoicing.payment.bank_answers.bank_report_store import BankFile
from invoicing.payment.export_store import FileKind
from invoicing.payment.files import Debtor
from invoicing.payment.proposal_store import Proposal, ProposalItem
from invoicing.payment.runs.portions import Attested
from invoicing.payment.transfers import Netted
from orders.register import store as register_store
from tests.support.stories.system import System

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
DEBTOR = Debtor("SE4550000000058398257466", "ESSESESS", "12345")
OFFICER, ATTESTER, SECOND, ADMINISTRATOR = "user-11", "user-12", "user-13", "user-14"
OTHER_ADMINISTRATOR = "user-15"


@dataclass(frozen=True, slots=True)
class PayDesk:
    """The people who pay, at one system."""

    system: System

    def give_right(
        self,
        person: str = ATTESTER,
        limit: str = "100000.00",
        *,
        reach: Reach | None = None,
        since: date = date(2026, 1, 1),
        until: date | None = None,
    ) -> int:
        """An administrator gives a right to attest."""
        with self.system.database.writing() as session:
            return attest_right_store.give(
                session,
                person=person,
                limit=Decimal(limit),
                valid_from=since,
                valid_to=until,
                reach=reach or Reach(),
                by=ADMINISTRATOR,
                confirmed_by=OTHER_ADMINISTRATOR,
            )

    def substitute(self, *, person: str, stand_in: str, until: date) -> int:
        """Somebody attests in another's place."""
        with self.system.database.writing() as session:
            return attest_right_store.substitute(
                session,
                person=person,
                stand_in=stand_in,
                valid_from=date(2026, 1, 1),
                valid_to=until,
                by=ADMINISTRATOR,
                confirmed_by=OTHER_ADMINISTRATOR,
            )

    def propose(self, *, on: date, by: str = OFFICER) -> Proposal:
        """Everything due is put into a proposal."""
        with self.system.database.writing() as session:
            return proposals.propose(session, register_store.load(session), pay_on=on, by=by, now=NOW)

    def attest(self, proposal: Proposal, *, by: str = ATTESTER, on: date | None = None) -> Attested:
        """A person attests what their rights reach."""
        with self.system.database.writing() as session:
            register = register_store.load(session)
            day = on or proposal.pay_on
            return attestation.attest(session, register, proposal.number, by=by, today=day, now=NOW)

    def drop_changed(self, proposal: Proposal) -> Dropped:
        """Attests of what has changed since are dropped."""
        with self.system.database.writing() as session:
            register = register_store.load(session)
            return attestation.drop_changed(session, register, proposal.number, now=NOW)

    def export(self, proposal: Proposal, *, by: str = OFFICER) -> Netted:
        """The files for the bank are made."""
        with self.system.database.writing() as session:
            register = register_store.load(session)
            return payment_export.export(session, register, proposal.number, debtor=DEBTOR, by=by, now=NOW)

    def bank_says(self, body: bytes, *, on: date, name: str = "kontoutdrag.xml") -> BankFile:
        """A file of the bank is read."""
        with self.system.database.writing() as session:
            register = register_store.load(session)
            return bank_reports.take_in(session, register, body, name=name, by=OFFICER, today=on, now=NOW)

    def state(self, proposal: Proposal) -> str:
        """Where a proposal stands."""
        with self.system.database.reading() as session:
            return proposal_store.get(session, proposal.number).state

    def items(self, proposal: Proposal) -> list[ProposalItem]:
        """What lies in a proposal."""
        with self.system.database.reading() as session:
            return list(proposal_store.items(session, proposal.number))

    def file(self, proposal: Proposal, kind: FileKind = FileKind.PAIN001) -> bytes:
        """A file of a proposal as it is downloaded."""
        with self.system.database.reading() as session:
            (found,) = [each for each in export_store.about(session, proposal.number) if each.kind is kind]
            return export_store.named(session, found.id)[1]


def notice(
    *payments: tuple[str, str],
    direction: str = "DBIT",
    status: str = "BOOK",
    day: str = "2026-03-05",
    message: str = "camt.054.001.02",
) -> bytes:
    """A bank's notice of payments: end-to-end id and amount of each, as one batch."""
    total = sum(Decimal(amount) for _, amount in payments)
    statement = message.startswith("camt.053")
    root, report = ("BkToCstmrStmt", "Stmt") if statement else ("BkToCstmrDbtCdtNtfctn", "Ntfctn")
    balance = "<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp></Bal>" if statement else ""
    parts = "".join(
        f"<TxDtls><Refs><PmtInfId>RM30000001</PmtInfId><EndToEndId>{name}</EndToEndId></Refs>"
        f'<AmtDtls><TxAmt><Amt Ccy="SEK">{amount}</Amt></TxAmt></AmtDtls>'
        "<RltdPties><Cdtr><Nm>Någon</Nm></Cdtr></RltdPties></TxDtls>"
        for name, amount in payments
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:{message}">'
        f"<{root}><GrpHdr><MsgId>BANK-1</MsgId><CreDtTm>{day}T18:00:00</CreDtTm></GrpHdr>"
        f"<{report}><Id>1</Id><CreDtTm>{day}T18:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>SE4550000000058398257466</IBAN></Id></Acct>{balance}"
        f'<Ntry><Amt Ccy="SEK">{total}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts>{status}</Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>"
        f"<NtryDtls>{parts}</NtryDtls></Ntry></{report}></{root}></Document>"
    ).encode()
