"""The tables of the finance desk: exceptions, attest, proposals, files, policies, retention."""

import sqlalchemy as sa
from alembic import op

from foundation.append_only import protect_standing
from foundation.sql import UtcDateTime, amount

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what the desk and the bank keep; a payment is by two different people from now on."""
    _accept_limit()
    _attest_right()
    _attest_substitute()
    _bank_file()
    _desk_batch()
    _desk_comment()
    _desk_filter()
    _desk_item()
    _disposal()
    _export_file()
    _legal_hold()
    _payment_proposal()
    _peer_answer()
    _policy_version()
    _voucher()
    _acceptance()
    _attest()
    _bank_entry()
    _claim_settled()
    _desk_action()
    _desk_batch_row()
    _disposal_case()
    _disposed_body()
    _line_link()
    _peer_answer_line()
    _protected_document()
    _voucher_row()
    _attest_dropped()
    _payment_item()
    _invoice()
    _match_made()
    _payment()


def _accept_limit() -> None:
    op.create_table(
        "accept_limit",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("limit_amount", amount(), nullable=False),
        sa.Column("set_by", sa.String(length=80), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.CheckConstraint("limit_amount >= 0", name=op.f("ck_accept_limit_not_negative")),
        sa.CheckConstraint("set_by <> person", name=op.f("ck_accept_limit_not_own")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_accept_limit")),
    )


def _attest_right() -> None:
    op.create_table(
        "attest_right",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("limit_amount", amount(), nullable=False),
        sa.Column("supplier", sa.String(length=20), server_default="", nullable=False),
        sa.Column("article", sa.String(length=20), server_default="", nullable=False),
        sa.Column("delivery_area", sa.String(length=60), server_default="", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("given_by <> person", name=op.f("ck_attest_right_not_own")),
        sa.CheckConstraint("limit_amount > 0", name=op.f("ck_attest_right_limit")),
        sa.CheckConstraint("valid_to is null or valid_from <= valid_to", name=op.f("ck_attest_right_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attest_right")),
    )
    op.create_index("ix_attest_right_person", "attest_right", ["person"], unique=False)


def _attest_substitute() -> None:
    op.create_table(
        "attest_substitute",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("substitute", sa.String(length=80), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("given_by <> substitute", name=op.f("ck_attest_substitute_not_own")),
        sa.CheckConstraint("person <> substitute", name=op.f("ck_attest_substitute_another")),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_attest_substitute_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attest_substitute")),
    )
    op.create_index("ix_attest_substitute_substitute", "attest_substitute", ["substitute"], unique=False)


def _bank_file() -> None:
    op.create_table(
        "bank_file",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("message", sa.String(length=30), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.Column("read_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_file")),
        sa.UniqueConstraint("sha256", name=op.f("uq_bank_file_sha256")),
    )
    protect_standing(op.get_bind(), "bank_file")


def _desk_batch() -> None:
    op.create_table(
        "desk_batch",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("idempotency_key", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_batch")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_desk_batch_idempotency_key")),
    )


def _desk_comment() -> None:
    op.create_table(
        "desk_comment",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.String(length=80), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_comment")),
    )
    op.create_index("ix_desk_comment_item", "desk_comment", ["kind", "item_id"], unique=False)
    protect_standing(op.get_bind(), "desk_comment")


def _desk_filter() -> None:
    op.create_table(
        "desk_filter",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_filter")),
        sa.UniqueConstraint("person", "name", name=op.f("uq_desk_filter_person_name")),
    )


def _desk_item() -> None:
    op.create_table(
        "desk_item",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.String(length=80), server_default="", nullable=False),
        sa.Column("rests_until", sa.Date(), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "item_id", name=op.f("pk_desk_item")),
    )
    op.create_index("ix_desk_item_owner", "desk_item", ["owner"], unique=False)


def _disposal() -> None:
    op.create_table(
        "disposal",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("proposed_by", sa.String(length=80), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("protocol", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state in ('PROPOSED','DONE','WITHDRAWN')", name=op.f("ck_disposal_state")),
        sa.CheckConstraint("confirmed_by <> proposed_by", name=op.f("ck_disposal_two_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposal")),
    )


def _export_file() -> None:
    op.create_table(
        "export_file",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_file")),
        sa.UniqueConstraint("kind", "about", name=op.f("uq_export_file_kind_about")),
    )
    protect_standing(op.get_bind(), "export_file")


def _legal_hold() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("execution_reference", sa.String(length=60), nullable=False),
        sa.Column("placed_by", sa.String(length=80), nullable=False),
        sa.Column("placed_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lifted_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(
        "uq_legal_hold_standing",
        "legal_hold",
        ["execution_reference"],
        unique=True,
        sqlite_where=sa.text("lifted_on is null"),
        postgresql_where=sa.text("lifted_on is null"),
    )


def _payment_proposal() -> None:
    op.create_table(
        "payment_proposal",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("pay_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("prepared_by", sa.String(length=80), nullable=False),
        sa.Column("prepared_at", UtcDateTime(), nullable=False),
        sa.Column("exported_by", sa.String(length=80), server_default="", nullable=False),
        sa.CheckConstraint("prepared_by <> ''", name=op.f("ck_payment_proposal_prepared")),
        sa.CheckConstraint(
            "state in ('DRAFT','ATTESTED','EXPORTED','PAID','WITHDRAWN')",
            name=op.f("ck_payment_proposal_state"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_payment_proposal")),
        sa.UniqueConstraint("number", "prepared_by", name=op.f("uq_payment_proposal_number_prepared_by")),
    )
    op.create_index("ix_payment_proposal_state", "payment_proposal", ["state"], unique=False)


def _peer_answer() -> None:
    op.create_table(
        "peer_answer",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("sender", sa.String(length=160), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=2), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("meaning", sa.String(length=20), nullable=False),
        sa.Column("instance_id", sa.String(length=36), server_default="", nullable=False),
        sa.Column("order_number", sa.String(length=20), server_default="", nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("looked_at_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("looked_at_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_answer")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_peer_answer_letter_id")),
        sa.UniqueConstraint("sender", "kind", "number", name=op.f("uq_peer_answer_sender_kind_number")),
    )
    op.create_index("ix_peer_answer_instance_id", "peer_answer", ["instance_id"], unique=False)
    op.create_index("ix_peer_answer_order_number", "peer_answer", ["order_number"], unique=False)
    op.create_index(
        "ix_peer_answer_waiting",
        "peer_answer",
        ["id"],
        unique=False,
        sqlite_where=sa.text("looked_at_by = '' and meaning not in ('CONFIRMED', 'NOTED')"),
        postgresql_where=sa.text("looked_at_by = '' and meaning not in ('CONFIRMED', 'NOTED')"),
    )


def _policy_version() -> None:
    op.create_table(
        "policy_version",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=16), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "state in ('PLANNED','IN_FORCE','REPLACED','WITHDRAWN')", name=op.f("ck_policy_version_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_version")),
    )
    op.create_index(
        "uq_policy_version_in_force",
        "policy_version",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'IN_FORCE'"),
        postgresql_where=sa.text("state = 'IN_FORCE'"),
    )


def _voucher() -> None:
    op.create_table(
        "voucher",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("text", sa.String(length=120), nullable=False),
        sa.Column("run", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_voucher")),
        sa.UniqueConstraint("kind", "about", name=op.f("uq_voucher_kind_about")),
    )
    op.create_index("ix_voucher_run", "voucher", ["run"], unique=False)
    protect_standing(op.get_bind(), "voucher")


def _acceptance() -> None:
    op.create_table(
        "acceptance",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("accepted_by", sa.String(length=80), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("difference", amount(), nullable=False),
        sa.Column("at_stake", amount(), nullable=False),
        sa.Column("deviations", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_acceptance_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance")),
    )
    op.create_index(
        "uq_acceptance_standing",
        "acceptance",
        ["invoice_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn = 0"),
        postgresql_where=sa.text("withdrawn = 0"),
    )


def _attest() -> None:
    op.create_table(
        "attest",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("proposal", sa.String(length=20), nullable=False),
        sa.Column("prepared_by", sa.String(length=80), nullable=False),
        sa.Column("by_person", sa.String(length=80), nullable=False),
        sa.Column("right_id", sa.Integer(), nullable=False),
        sa.Column("right_of", sa.String(length=80), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("amount", amount(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "by_person <> prepared_by and right_of <> prepared_by", name=op.f("ck_attest_two_people")
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_attest_invoice_id")),
        sa.ForeignKeyConstraint(
            ["proposal", "prepared_by"],
            ["payment_proposal.number", "payment_proposal.prepared_by"],
            name=op.f("fk_attest_proposal_prepared_by"),
        ),
        sa.ForeignKeyConstraint(["right_id"], ["attest_right.id"], name=op.f("fk_attest_right_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attest")),
    )
    op.create_index("ix_attest_invoice_id", "attest", ["invoice_id"], unique=False)
    protect_standing(op.get_bind(), "attest")


def _bank_entry() -> None:
    op.create_table(
        "bank_entry",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("bank_file", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("end_to_end", sa.String(length=35), nullable=False),
        sa.Column("amount", amount(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("sentence_sv", sa.Text(), server_default="", nullable=False),
        sa.Column("sentence_en", sa.Text(), server_default="", nullable=False),
        sa.Column("handled_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("handled_by = '' or note <> ''", name=op.f("ck_bank_entry_note")),
        sa.ForeignKeyConstraint(["bank_file"], ["bank_file.id"], name=op.f("fk_bank_entry_bank_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_entry")),
        sa.UniqueConstraint("bank_file", "position", name=op.f("uq_bank_entry_bank_file_position")),
    )
    op.create_index("ix_bank_entry_outcome", "bank_entry", ["outcome"], unique=False)


def _claim_settled() -> None:
    op.create_table(
        "claim_settled",
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("supplier", sa.String(length=20), nullable=False),
        sa.Column("amount", amount(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=False),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("first_by", sa.String(length=80), nullable=False),
        sa.Column("second_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("how in ('NETTED','REPAID')", name=op.f("ck_claim_settled_how")),
        sa.CheckConstraint("first_by <> second_by", name=op.f("ck_claim_settled_two_people")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_claim_settled_invoice_id")),
        sa.PrimaryKeyConstraint("invoice_id", name=op.f("pk_claim_settled")),
    )
    protect_standing(op.get_bind(), "claim_settled")


def _desk_action() -> None:
    op.create_table(
        "desk_action",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state_before", sa.String(length=20), nullable=False),
        sa.Column("state_after", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.String(length=2), server_default="", nullable=False),
        sa.Column("answers_at", UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("undone_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("detail", sa.Text(), server_default="{}", nullable=False),
        sa.CheckConstraint(
            "state in ('HELD','STANDING','SENT','LAPSED','UNDONE')", name=op.f("ck_desk_action_state")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["desk_batch.id"], name=op.f("fk_desk_action_batch_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_desk_action_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_action")),
    )
    op.create_index("ix_desk_action_batch_id", "desk_action", ["batch_id"], unique=False)
    op.create_index(
        "ix_desk_action_held",
        "desk_action",
        ["answers_at"],
        unique=False,
        sqlite_where=sa.text("state = 'HELD'"),
        postgresql_where=sa.text("state = 'HELD'"),
    )
    op.create_index("ix_desk_action_invoice_id", "desk_action", ["invoice_id"], unique=False)


def _desk_batch_row() -> None:
    op.create_table(
        "desk_batch_row",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column("sentence_sv", sa.Text(), server_default="", nullable=False),
        sa.Column("sentence_en", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state in ('WAITING','DONE','REFUSED','UNDONE')", name=op.f("ck_desk_batch_row_state")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["desk_batch.id"], name=op.f("fk_desk_batch_row_batch_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_desk_batch_row_invoice_id")),
        sa.PrimaryKeyConstraint("batch_id", "invoice_id", name=op.f("pk_desk_batch_row")),
    )


def _disposal_case() -> None:
    op.create_table(
        "disposal_case",
        sa.Column("disposal_id", sa.Integer(), nullable=False),
        sa.Column("execution_reference", sa.String(length=60), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["disposal_id"], ["disposal.id"], name=op.f("fk_disposal_case_disposal_id")),
        sa.PrimaryKeyConstraint("disposal_id", "execution_reference", name=op.f("pk_disposal_case")),
    )


def _disposed_body() -> None:
    op.create_table(
        "disposed_body",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("disposal_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["disposal_id"], ["disposal.id"], name=op.f("fk_disposed_body_disposal_id")),
        sa.PrimaryKeyConstraint("kind", "item_id", name=op.f("pk_disposed_body")),
    )
    protect_standing(op.get_bind(), "disposed_body")


def _line_link() -> None:
    op.create_table(
        "line_link",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("linked_by", sa.String(length=80), nullable=False),
        sa.Column("linked_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("order_number", sa.String(length=120), server_default="", nullable=False),
        sa.Column("line_id", sa.String(length=20), server_default="", nullable=False),
        sa.Column("credited_number", sa.String(length=120), server_default="", nullable=False),
        sa.Column("withdrawn", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_line_link_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_link")),
    )
    op.create_index(
        "uq_line_link_standing",
        "line_link",
        ["invoice_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn = 0"),
        postgresql_where=sa.text("withdrawn = 0"),
    )


def _peer_answer_line() -> None:
    op.create_table(
        "peer_answer_line",
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("quantity", sa.String(length=40), server_default="", nullable=False),
        sa.Column("unit", sa.String(length=10), server_default="", nullable=False),
        sa.Column("price", sa.String(length=40), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["peer_answer.id"], name=op.f("fk_peer_answer_line_answer_id")
        ),
        sa.PrimaryKeyConstraint("answer_id", "position", name=op.f("pk_peer_answer_line")),
    )


def _protected_document() -> None:
    op.create_table(
        "protected_document",
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("marked_by", sa.String(length=80), nullable=False),
        sa.Column("marked_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_protected_document_invoice_id")
        ),
        sa.PrimaryKeyConstraint("invoice_id", name=op.f("pk_protected_document")),
    )


def _voucher_row() -> None:
    op.create_table(
        "voucher_row",
        sa.Column("voucher", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=10), nullable=False),
        sa.Column("amount", amount(), nullable=False),
        sa.ForeignKeyConstraint(["voucher"], ["voucher.number"], name=op.f("fk_voucher_row_voucher")),
        sa.PrimaryKeyConstraint("voucher", "position", name=op.f("pk_voucher_row")),
    )
    protect_standing(op.get_bind(), "voucher_row")


def _attest_dropped() -> None:
    op.create_table(
        "attest_dropped",
        sa.Column("attest_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["attest_id"], ["attest.id"], name=op.f("fk_attest_dropped_attest_id")),
        sa.PrimaryKeyConstraint("attest_id", name=op.f("pk_attest_dropped")),
    )
    protect_standing(op.get_bind(), "attest_dropped")


def _payment_item() -> None:
    op.create_table(
        "payment_item",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("proposal", sa.String(length=20), nullable=False),
        sa.Column("prepared_by", sa.String(length=80), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("supplier", sa.String(length=20), nullable=False),
        sa.Column("amount", amount(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("scheme", sa.String(length=10), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=40), server_default="", nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attest_id", sa.Integer(), nullable=True),
        sa.Column("attested_by", sa.String(length=80), nullable=True),
        sa.Column("end_to_end", sa.String(length=35), server_default="", nullable=False),
        sa.Column("why", sa.String(length=40), server_default="", nullable=False),
        sa.CheckConstraint("kind in ('INVOICE','CREDIT')", name=op.f("ck_payment_item_kind")),
        sa.CheckConstraint(
            "state not in ('ATTESTED','EXPORTED','PAID') or (attested_by is not null and attest_id is not null)",
            name=op.f("ck_payment_item_attested"),
        ),
        sa.CheckConstraint(
            "state not in ('EXPORTED','PAID') or end_to_end <> ''", name=op.f("ck_payment_item_exported")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_item_amount")),
        sa.CheckConstraint(
            "attested_by is null or attested_by <> prepared_by", name=op.f("ck_payment_item_two_people")
        ),
        sa.ForeignKeyConstraint(["attest_id"], ["attest.id"], name=op.f("fk_payment_item_attest_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_payment_item_invoice_id")),
        sa.ForeignKeyConstraint(
            ["proposal", "prepared_by"],
            ["payment_proposal.number", "payment_proposal.prepared_by"],
            name=op.f("fk_payment_item_proposal_prepared_by"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_item")),
    )
    op.create_index("ix_payment_item_end_to_end", "payment_item", ["end_to_end"], unique=False)
    op.create_index("ix_payment_item_invoice_id", "payment_item", ["invoice_id"], unique=False)
    op.create_index("ix_payment_item_proposal", "payment_item", ["proposal"], unique=False)
    op.create_index(
        "uq_payment_item_once",
        "payment_item",
        ["invoice_id", "kind"],
        unique=True,
        sqlite_where=sa.text("state in ('PROPOSED','ATTESTED','EXPORTED','PAID')"),
        postgresql_where=sa.text("state in ('PROPOSED','ATTESTED','EXPORTED','PAID')"),
    )


def _invoice() -> None:
    op.create_index("ix_invoice_issued_on", "invoice", ["issued_on"], unique=False)
    op.create_index(
        "ix_invoice_open",
        "invoice",
        ["state", "document_type", "received_on", "id", "codes", "amount_payable", "currency", "supplier"],
        unique=False,
        sqlite_where=sa.text("state in ('IN_QUESTION', 'PARKED', 'HELD', 'CREDIT_REQUESTED')"),
        postgresql_where=sa.text("state in ('IN_QUESTION', 'PARKED', 'HELD', 'CREDIT_REQUESTED')"),
    )
    op.create_index(
        "ix_invoice_supplier_state",
        "invoice",
        ["supplier", "state", "document_type", "issued_on", "currency", "amount_net", "amount_payable"],
        unique=False,
    )


def _match_made() -> None:
    op.add_column("match_made", sa.Column("policy", sa.String(length=16), server_default="", nullable=False))
    op.drop_index(op.f("ix_match_made_invoice_id"), table_name="match_made")
    op.create_index(
        "ix_match_made_invoice_id", "match_made", ["invoice_id", "id", "made_on", "verdict"], unique=False
    )


def _payment() -> None:
    # SQLite makes the table anew to add a constraint, and its triggers go with the old one.
    with op.batch_alter_table("payment") as payment:
        payment.create_check_constraint(op.f("ck_payment_named"), "prepared_by <> '' and attested_by <> ''")
        payment.create_check_constraint(op.f("ck_payment_two_people"), "prepared_by <> attested_by")
    if op.get_bind().dialect.name == "sqlite":
        protect_standing(op.get_bind(), "payment")


def downgrade() -> None:
    """Refused: what stands in these tables would be lost."""
    raise NotImplementedError("There is no way back from this revision; restore a copy from before it.")
