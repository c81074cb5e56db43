"""The tables of attest and payment, and only their shape.

Nobody pays alone, and the database itself says so: an item names who put it into the proposal and who
attested it, and they differ; an item that is attested, exported or paid names its attester. What was
attested, what left us and what came from the bank is append-only.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from foundation import append_only
from foundation.sql import UtcDateTime, amount
from foundation.tables import metadata

# What a person may attest: up to an amount, of one supplier, article or delivery area, or of all (empty).
attest_right = Table(
    "attest_right",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("person", String(80), nullable=False),
    Column("limit_amount", amount(), nullable=False),
    Column("supplier", String(20), nullable=False, server_default=""),
    Column("article", String(20), nullable=False, server_default=""),
    Column("delivery_area", String(60), nullable=False, server_default=""),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=True),
    Column("given_by", String(80), nullable=False),
    # Who else confirmed it; empty: given by one person alone, before it took two, and it does not count.
    Column("confirmed_by", String(80), nullable=False, server_default=""),
    CheckConstraint("confirmed_by <> given_by and confirmed_by <> person", name="two_people"),
    CheckConstraint("given_by <> person", name="not_own"),
    CheckConstraint("limit_amount > 0", name="limit"),
    CheckConstraint("valid_to is null or valid_from <= valid_to", name="period"),
    Index("ix_attest_right_person", "person"),
)

# Who attests in another's place, and on which days.
attest_substitute = Table(
    "attest_substitute",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("person", String(80), nullable=False),
    Column("substitute", String(80), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    Column("given_by", String(80), nullable=False),
    # Who else confirmed it; empty: given by one person alone, before it took two, and it does not count.
    Column("confirmed_by", String(80), nullable=False, server_default=""),
    CheckConstraint("confirmed_by <> given_by and confirmed_by <> substitute", name="two_people"),
    CheckConstraint("person <> substitute", name="another"),
    CheckConstraint("given_by <> substitute", name="not_own"),
    CheckConstraint("valid_from <= valid_to", name="period"),
    Index("ix_attest_substitute_substitute", "substitute"),
)

payment_proposal = Table(
    "payment_proposal",
    metadata,
    Column("number", String(20), primary_key=True),
    Column("pay_on", Date, nullable=False),
    Column("state", String(20), nullable=False),
    Column("prepared_by", String(80), nullable=False),
    Column("prepared_at", UtcDateTime(), nullable=False),
    Column("exported_by", String(80), nullable=False, server_default=""),
    # Higher each time another sum, account or reference lies in it, or something is taken out: what was shown before
    # is not attested then.
    Column("revision", Integer, nullable=False, server_default="0"),
    CheckConstraint("state in ('DRAFT','ATTESTED','EXPORTED','PAID','REFUSED','WITHDRAWN')", name="state"),
    CheckConstraint("prepared_by <> ''", name="prepared"),
    # What an item copies of its proposal is held to be true by the key below.
    UniqueConstraint("number", "prepared_by"),
    Index("ix_payment_proposal_state", "state"),
)

attest = Table(
    "attest",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("invoice_id", ForeignKey("invoice.id"), nullable=False),
    Column("proposal", String(20), nullable=False),
    Column("prepared_by", String(80), nullable=False),
    Column("by_person", String(80), nullable=False),
    # Whose right was used: the person's own, or that of the one the person stands in for.
    Column("right_id", ForeignKey("attest_right.id"), nullable=False),
    Column("right_of", String(80), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("at", UtcDateTime(), nullable=False),
    Column("amount", amount(), nullable=False),
    # sha256 of everything that was attested: see invoicing/payment/payable.py.
    Column("fingerprint", String(64), nullable=False),
    ForeignKeyConstraint(
        ["proposal", "prepared_by"], ["payment_proposal.number", "payment_proposal.prepared_by"]
    ),
    CheckConstraint("by_person <> prepared_by and right_of <> prepared_by", name="two_people"),
    Index("ix_attest_invoice_id", "invoice_id"),
)

attest_dropped = Table(
    "attest_dropped",
    metadata,
    Column("attest_id", ForeignKey("attest.id"), primary_key=True),
    Column("at", UtcDateTime(), nullable=False),
    Column("reason", String(40), nullable=False),
)

# Who confirmed another account of a supplier's, each of the two: neither attests the next payment to it.
account_confirmation = Table(
    "account_confirmation",
    metadata,
    # The supplier's request (change_request) that was confirmed.
    Column("request_id", Integer, primary_key=True),
    Column("person", String(80), primary_key=True),
    Column("supplier", String(20), nullable=False),
    Column("at", UtcDateTime(), nullable=False),
    Index("ix_account_confirmation_supplier", "supplier"),
)

# A supplier that came with a load after the first: nothing is paid to it before two people have confirmed an account.
account_held = Table(
    "account_held",
    metadata,
    Column("supplier", String(20), primary_key=True),
    # The request (change_request) that asks for it.
    Column("request_id", Integer, nullable=False),
)

payment_item = Table(
    "payment_item",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("proposal", String(20), nullable=False),
    Column("prepared_by", String(80), nullable=False),
    Column("invoice_id", ForeignKey("invoice.id"), nullable=False),
    # INVOICE is paid, CREDIT is taken off.
    Column("kind", String(10), nullable=False),
    Column("supplier", String(20), nullable=False),
    Column("amount", amount(), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("scheme", String(10), nullable=False),
    Column("account", String(40), nullable=False),
    # What the supplier asks to have written on the payment (BT-83), as given.
    Column("reference", String(140), nullable=False, server_default=""),
    Column("state", String(20), nullable=False),
    Column("attest_id", ForeignKey("attest.id"), nullable=True),
    Column("attested_by", String(80), nullable=True),
    # The transfer of the exported file that carries the item; what the bank knows it by.
    Column("end_to_end", String(35), nullable=False, server_default=""),
    Column("why", String(40), nullable=False, server_default=""),
    # What the bank said of it last in a status report: a code of ISO's, as ACCP.
    Column("bank_status", String(4), nullable=False, server_default=""),
    ForeignKeyConstraint(
        ["proposal", "prepared_by"], ["payment_proposal.number", "payment_proposal.prepared_by"]
    ),
    CheckConstraint("kind in ('INVOICE','CREDIT')", name="kind"),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("attested_by is null or attested_by <> prepared_by", name="two_people"),
    CheckConstraint(
        "state not in ('ATTESTED','EXPORTED','PAID') or (attested_by is not null and attest_id is not null)",
        name="attested",
    ),
    CheckConstraint("state not in ('EXPORTED','PAID') or end_to_end <> ''", name="exported"),
    # Whole, so that the sums of a proposal by supplier and state are added up without reading its rows.
    Index(
        "ix_payment_item_proposal",
        *("proposal", "supplier", "kind", "state", "currency", "why", "amount", "invoice_id"),
    ),
    Index("ix_payment_item_end_to_end", "end_to_end"),
    Index("ix_payment_item_supplier", "supplier", "state"),
    Index("ix_payment_item_invoice_id", "invoice_id"),
)
# An invoice lies in one proposal at a time and is paid once. A claim lies in one at a time; what is owed again of it
# after it was taken off and paid may be taken off another, and never more than is owed.
_ONCE = "state in ('PROPOSED','ATTESTED','EXPORTED') or (state = 'PAID' and kind = 'INVOICE')"
Index(
    "uq_payment_item_once",
    payment_item.c.invoice_id,
    payment_item.c.kind,
    unique=True,
    sqlite_where=text(_ONCE),
    postgresql_where=text(_ONCE),
)

# What a supplier owed us and owes no more: `how` is how the last part of the claim went (claim_part has them all).
claim_settled = Table(
    "claim_settled",
    metadata,
    Column("invoice_id", ForeignKey("invoice.id"), primary_key=True),
    # Which time: a second only where the payment that the claim was taken off came back.
    Column("attempt", Integer, primary_key=True, autoincrement=False, server_default="1"),
    Column("supplier", String(20), nullable=False),
    Column("amount", amount(), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("settled_on", Date, nullable=False),
    Column("how", String(20), nullable=False),
    Column("first_by", String(80), nullable=False),
    Column("second_by", String(80), nullable=False),
    CheckConstraint("how in ('NETTED','REPAID','WRITTEN_OFF')", name="how"),
    CheckConstraint("first_by <> second_by", name="two_people"),
)

# A claim whose payment it was taken off came back: it is owed again.
claim_reopened = Table(
    "claim_reopened",
    metadata,
    Column("invoice_id", Integer, primary_key=True, autoincrement=False),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("reopened_on", Date, nullable=False),
    Column("end_to_end", String(35), nullable=False),
    Column("first_by", String(80), nullable=False),
    Column("second_by", String(80), nullable=False),
    ForeignKeyConstraint(["invoice_id", "attempt"], ["claim_settled.invoice_id", "claim_settled.attempt"]),
    CheckConstraint("first_by <> second_by", name="two_people"),
)

# What one person says the bank did with a payment, until another confirms it or somebody takes it back.
transfer_note = Table(
    "transfer_note",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # The end-to-end id of a transfer, or the number of a payment made by other means.
    Column("about", String(35), nullable=False),
    Column("said", String(10), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("noted_by", String(80), nullable=False),
    Column("noted_on", Date, nullable=False),
    Column("state", String(20), nullable=False),
    Column("ended_by", String(80), nullable=False, server_default=""),
    CheckConstraint("said in ('PAID','NOT_PAID','RETURNED')", name="said"),
    CheckConstraint("state in ('NOTED','CONFIRMED','TAKEN_BACK')", name="state"),
    CheckConstraint("state = 'NOTED' or ended_by <> ''", name="ended"),
    CheckConstraint("state <> 'CONFIRMED' or ended_by <> noted_by", name="two_people"),
)
Index(
    "uq_transfer_note_once",
    transfer_note.c.about,
    unique=True,
    sqlite_where=text("state = 'NOTED'"),
    postgresql_where=text("state = 'NOTED'"),
)

# A repayment that one person has noted, until another confirms it or somebody takes it back.
repayment_note = Table(
    "repayment_note",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("invoice_id", ForeignKey("invoice.id"), nullable=False),
    Column("noted_by", String(80), nullable=False),
    Column("noted_on", Date, nullable=False),
    Column("came_on", Date, nullable=False),
    # What the bank calls the deposit.
    Column("reference", String(80), nullable=False),
    # How much came; empty where it was all that was left.
    Column("amount", amount(), nullable=True),
    Column("state", String(20), nullable=False),
    # Who confirmed it or took it back.
    Column("ended_by", String(80), nullable=False, server_default=""),
    # The day the bank took a confirmed deposit back, who says so and how it is known, and who confirmed that.
    Column("undone_on", Date, nullable=True),
    Column("undo_asked_on", Date, nullable=True),
    Column("undo_asked_by", String(80), nullable=False, server_default=""),
    Column("undo_reason", Text, nullable=False, server_default=""),
    Column("undone_by", String(80), nullable=False, server_default=""),
    CheckConstraint("state in ('NOTED','CONFIRMED','TAKEN_BACK','UNDO_ASKED','UNDONE')", name="state"),
    CheckConstraint("state = 'NOTED' or ended_by <> ''", name="ended"),
    CheckConstraint("state in ('NOTED','TAKEN_BACK') or ended_by <> noted_by", name="two_people"),
    CheckConstraint(
        "state not in ('UNDO_ASKED','UNDONE') or (undo_asked_by <> '' and undone_on is not null)", name="undo"
    ),
    CheckConstraint("state <> 'UNDONE' or (undone_by <> '' and undone_by <> undo_asked_by)", name="undone"),
    CheckConstraint("amount is null or amount > 0", name="amount"),
)
# One deposit at a time waits for its second person; what was confirmed before is a part of the claim.
Index(
    "uq_repayment_note_waiting",
    repayment_note.c.invoice_id,
    unique=True,
    sqlite_where=text("state = 'NOTED'"),
    postgresql_where=text("state = 'NOTED'"),
)

# Nothing is paid to a supplier while a stop of it holds: asked by one, confirmed by another, lifted by two.
payment_stop = Table(
    "payment_stop",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("supplier", String(20), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", UtcDateTime(), nullable=False),
    Column("confirmed_by", String(80), nullable=False, server_default=""),
    Column("lift_asked_by", String(80), nullable=False, server_default=""),
    Column("lift_asked_at", UtcDateTime(), nullable=True),
    # Who lifted it, or took it away before it was confirmed.
    Column("ended_by", String(80), nullable=False, server_default=""),
    CheckConstraint("reason in ('BANKRUPTCY','ATTACHMENT','DISPUTE','RESTORED')", name="reason"),
    CheckConstraint("state in ('ASKED','STANDING','LIFT_ASKED','LIFTED','REFUSED')", name="state"),
    CheckConstraint("confirmed_by <> asked_by", name="two_people"),
    CheckConstraint("state in ('ASKED','REFUSED') or confirmed_by <> ''", name="confirmed"),
    CheckConstraint(
        "state <> 'LIFTED' or (lift_asked_by <> '' and ended_by <> '' and ended_by <> lift_asked_by)",
        name="lifted",
    ),
)
Index(
    "uq_payment_stop_holding",
    payment_stop.c.supplier,
    unique=True,
    sqlite_where=text("state in ('ASKED','STANDING','LIFT_ASKED')"),
    postgresql_where=text("state in ('ASKED','STANDING','LIFT_ASKED')"),
)

# A file as it left us: a second download is these bytes again.
export_file = Table(
    "export_file",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    Column("about", String(60), nullable=False),
    Column("name", String(120), nullable=False),
    Column("media_type", String(80), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("made_by", String(80), nullable=False),
    UniqueConstraint("kind", "about"),
)

# What the bank told us, as it came; the same bytes are one file.
bank_file = Table(
    "bank_file",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("message", String(30), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("read_on", Date, nullable=False),
    Column("read_at", UtcDateTime(), nullable=False),
    Column("read_by", String(80), nullable=False),
)

bank_entry = Table(
    "bank_entry",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("bank_file", ForeignKey("bank_file.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("end_to_end", String(35), nullable=False),
    Column("amount", amount(), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("booked_on", Date, nullable=True),
    # What became of it: BankReportResult. What is not among its QUIET ones is for a person.
    Column("outcome", String(30), nullable=False),
    Column("sentence_sv", Text, nullable=False, server_default=""),
    Column("sentence_en", Text, nullable=False, server_default=""),
    Column("handled_by", String(80), nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    # The claim that a deposit is for, and what the bank calls the movement in each of its files.
    Column("claim", ForeignKey("claim.number"), nullable=True),
    Column("bank_reference", String(35), nullable=False, server_default=""),
    UniqueConstraint("bank_file", "position"),
    CheckConstraint("handled_by = '' or note <> ''", name="note"),
    Index("ix_bank_entry_outcome", "outcome"),
    Index("ix_bank_entry_claim", "claim"),
)
# A deposit is noted by the bank's word once, however many of its files tell it.
Index(
    "uq_bank_entry_deposit",
    *(bank_entry.c[each] for each in ("claim", "amount", "currency", "booked_on", "bank_reference")),
    unique=True,
    sqlite_where=text("outcome = 'DEPOSIT'"),
    postgresql_where=text("outcome = 'DEPOSIT'"),
)

for _table in (
    attest,
    attest_dropped,
    claim_settled,
    claim_reopened,
    export_file,
    bank_file,
):
    append_only.protect(_table)
