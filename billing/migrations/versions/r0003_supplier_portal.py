"""The tables of the supplier portal: accounts, mails, tutors, what suppliers make and ask for."""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime, amount

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what the portal keeps, and the indexes its lists stand on."""
    _account()
    _change_request()
    _journal_mark()
    _openid_journey()
    _own_series()
    _portal_press()
    _portal_upload()
    _portal_visit()
    _returned_number()
    _series_choice()
    _test_document()
    _test_flow()
    _wrong_try()
    _account_application()
    _account_permission()
    _account_responsible()
    _account_unit()
    _identity()
    _mail()
    _mail_declined()
    _mailed_link()
    _portal_document()
    _portal_press_row()
    _recovery_code()
    _tutor_assignment()
    _web_session()
    _line_account()
    _order_line()
    _periodic_report()
    _placement()
    _purchase_order()


def _account() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("organisation", sa.String(length=20), nullable=False),
        sa.Column("sign_in_name", sa.String(length=254), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("all_units", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("totp_secret", sa.String(length=64), server_default="", nullable=False),
        sa.Column("totp_last_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("state in ('INVITED', 'ACTIVE', 'ENDED')", name=op.f("ck_account_state")),
        sa.CheckConstraint("sign_in_name = lower(sign_in_name)", name=op.f("ck_account_sign_in_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("sign_in_name", name=op.f("uq_account_sign_in_name")),
    )
    op.create_index("ix_account_organisation", "account", ["organisation"], unique=False)


def _change_request() -> None:
    op.create_table(
        "change_request",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("supplier", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("first_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=True),
        sa.Column("call_back", sa.Text(), server_default="", nullable=False),
        sa.Column("second_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("second_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("first_by = '' or call_back <> ''", name=op.f("ck_change_request_call_back")),
        sa.CheckConstraint(
            "first_by = '' or first_by <> second_by", name=op.f("ck_change_request_different")
        ),
        sa.CheckConstraint(
            "state <> 'CONFIRMED' or (first_by <> '' and second_by <> '')",
            name=op.f("ck_change_request_two_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_request")),
    )
    op.create_index("ix_change_request_state", "change_request", ["state"], unique=False)
    op.create_index("ix_change_request_supplier", "change_request", ["supplier"], unique=False)


def _journal_mark() -> None:
    op.create_table(
        "journal_mark",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_journal_mark")),
    )


def _openid_journey() -> None:
    op.create_table(
        "openid_journey",
        sa.Column("state_sha256", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.String(length=128), nullable=False),
        sa.Column("next", sa.Text(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("state_sha256", name=op.f("pk_openid_journey")),
    )


def _own_series() -> None:
    op.create_table(
        "own_series",
        sa.Column("supplier", sa.String(length=20), nullable=False),
        sa.Column("series", sa.String(length=20), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("last >= 0", name=op.f("ck_own_series_last")),
        sa.PrimaryKeyConstraint("supplier", "series", name=op.f("pk_own_series")),
    )


def _portal_press() -> None:
    op.create_table(
        "portal_press",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("supplier", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_portal_press")),
    )


def _portal_upload() -> None:
    op.create_table(
        "portal_upload",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("supplier", sa.String(length=20), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_upload")),
    )
    op.create_index("ix_portal_upload_supplier", "portal_upload", ["supplier"], unique=False)


def _portal_visit() -> None:
    op.create_table(
        "portal_visit",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("before_at", UtcDateTime(), nullable=True),
        sa.Column("seen_interruption", sa.Integer(), nullable=False),
        sa.Column("before_interruption", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_portal_visit")),
    )


def _returned_number() -> None:
    op.create_table(
        "returned_number",
        sa.Column("supplier", sa.String(length=20), nullable=False),
        sa.Column("series", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("supplier", "series", "position", name=op.f("pk_returned_number")),
    )


def _series_choice() -> None:
    op.create_table(
        "series_choice",
        sa.Column("supplier", sa.String(length=20), nullable=False),
        sa.Column("letters", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("supplier", name=op.f("pk_series_choice")),
    )


def _test_document() -> None:
    op.create_table(
        "test_document",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("supplier", sa.String(length=20), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("document_type", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=120), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_document")),
    )
    op.create_index("ix_test_document_supplier", "test_document", ["supplier"], unique=False)


def _test_flow() -> None:
    op.create_table(
        "test_flow",
        sa.Column("supplier", sa.String(length=20), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("supplier", name=op.f("pk_test_flow")),
    )


def _wrong_try() -> None:
    op.create_table(
        "wrong_try",
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("open_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key_sha256", name=op.f("pk_wrong_try")),
    )
    op.create_index("ix_wrong_try_last_at", "wrong_try", ["last_at"], unique=False)


def _account_application() -> None:
    op.create_table(
        "account_application",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("organisation", sa.String(length=20), nullable=False),
        sa.Column("contact_name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("telephone", sa.String(length=40), server_default="", nullable=False),
        sa.Column("units", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state in ('WAITING', 'APPROVED', 'REFUSED')", name=op.f("ck_account_application_state")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_application_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_application")),
    )
    op.create_index("ix_account_application_state", "account_application", ["state"], unique=False)
    op.create_index(
        "uq_account_application_waiting",
        "account_application",
        ["organisation"],
        unique=True,
        sqlite_where=sa.text("state = 'WAITING'"),
        postgresql_where=sa.text("state = 'WAITING'"),
    )


def _account_permission() -> None:
    op.create_table(
        "account_permission",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("permission", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_permission_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "permission", name=op.f("pk_account_permission")),
    )


def _account_responsible() -> None:
    op.create_table(
        "account_responsible",
        sa.Column("organisation", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_responsible_account_id")
        ),
        sa.PrimaryKeyConstraint("organisation", name=op.f("pk_account_responsible")),
    )


def _account_unit() -> None:
    op.create_table(
        "account_unit",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_unit_account_id")),
        sa.PrimaryKeyConstraint("account_id", "unit_id", name=op.f("pk_account_unit")),
    )


def _identity() -> None:
    op.create_table(
        "identity",
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_identity_account_id")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identity")),
    )


def _mail() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("fault", sa.String(length=200), server_default="", nullable=False),
        sa.CheckConstraint("state in ('WAITING', 'SENT', 'STUCK')", name=op.f("ck_mail_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mail_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
    )
    op.create_index("ix_mail_state", "mail", ["state", "next_at"], unique=False)


def _mail_declined() -> None:
    op.create_table(
        "mail_declined",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("notice", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mail_declined_account_id")),
        sa.PrimaryKeyConstraint("account_id", "notice", name=op.f("pk_mail_declined")),
    )


def _mailed_link() -> None:
    op.create_table(
        "mailed_link",
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("purpose in ('INVITE', 'RESET')", name=op.f("ck_mailed_link_purpose")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mailed_link_account_id")),
        sa.PrimaryKeyConstraint("secret_sha256", name=op.f("pk_mailed_link")),
    )
    op.create_index("ix_mailed_link_account_id", "mailed_link", ["account_id"], unique=False)


def _portal_document() -> None:
    op.create_table(
        "portal_document",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("supplier", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("press_key", sa.String(length=64), nullable=False),
        sa.Column("bundle", sa.Integer(), nullable=False),
        sa.Column("document_type", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=120), nullable=False),
        sa.Column("series", sa.String(length=20), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("order_number", sa.String(length=120), server_default="", nullable=False),
        sa.Column("line_id", sa.String(length=20), server_default="", nullable=False),
        sa.Column("credits", sa.String(length=120), server_default="", nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_net", amount(), nullable=False),
        sa.Column("amount_payable", amount(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("release_at", UtcDateTime(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("reason_sv", sa.Text(), server_default="", nullable=False),
        sa.Column("reason_en", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(state in ('RELEASED', 'READ')) = (letter_id is not null)", name=op.f("ck_portal_document_left")
        ),
        sa.ForeignKeyConstraint(
            ["press_key"], ["portal_press.key"], name=op.f("fk_portal_document_press_key")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_document")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_portal_document_letter_id")),
    )
    op.create_index("ix_portal_document_press_key", "portal_document", ["press_key"], unique=False)
    op.create_index(
        "ix_portal_document_release",
        "portal_document",
        ["release_at"],
        unique=False,
        sqlite_where=sa.text("state = 'WAITING'"),
        postgresql_where=sa.text("state = 'WAITING'"),
    )
    op.create_index("ix_portal_document_supplier", "portal_document", ["supplier", "state"], unique=False)
    op.create_index(
        "uq_portal_document_credits",
        "portal_document",
        ["supplier", "credits"],
        unique=True,
        sqlite_where=sa.text("credits <> '' and state in ('WAITING', 'RELEASED')"),
        postgresql_where=sa.text("credits <> '' and state in ('WAITING', 'RELEASED')"),
    )
    op.create_index(
        "uq_portal_document_line",
        "portal_document",
        ["order_number", "line_id"],
        unique=True,
        sqlite_where=sa.text("line_id <> '' and state in ('WAITING', 'RELEASED')"),
        postgresql_where=sa.text("line_id <> '' and state in ('WAITING', 'RELEASED')"),
    )
    op.create_index(
        "uq_portal_document_number",
        "portal_document",
        ["supplier", "document_type", "number"],
        unique=True,
        sqlite_where=sa.text("state in ('WAITING', 'RELEASED', 'READ')"),
        postgresql_where=sa.text("state in ('WAITING', 'RELEASED', 'READ')"),
    )
    op.create_index(
        "uq_portal_document_position",
        "portal_document",
        ["supplier", "series", "position"],
        unique=True,
        sqlite_where=sa.text("position is not null and state in ('WAITING', 'RELEASED', 'READ')"),
        postgresql_where=sa.text("position is not null and state in ('WAITING', 'RELEASED', 'READ')"),
    )


def _portal_press_row() -> None:
    op.create_table(
        "portal_press_row",
        sa.Column("press_key", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("order_number", sa.String(length=120), server_default="", nullable=False),
        sa.Column("line_id", sa.String(length=20), server_default="", nullable=False),
        sa.Column("bundle", sa.Integer(), nullable=True),
        sa.Column("reason_sv", sa.Text(), server_default="", nullable=False),
        sa.Column("reason_en", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["press_key"], ["portal_press.key"], name=op.f("fk_portal_press_row_press_key")
        ),
        sa.PrimaryKeyConstraint("press_key", "place", name=op.f("pk_portal_press_row")),
    )


def _recovery_code() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id")),
        sa.PrimaryKeyConstraint("account_id", "code_sha256", name=op.f("pk_recovery_code")),
    )


def _tutor_assignment() -> None:
    op.create_table(
        "tutor_assignment",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("execution_reference", sa.String(length=60), nullable=False),
        sa.Column("tutor", sa.String(length=40), nullable=False),
        sa.Column("assigned_on", sa.Date(), nullable=False),
        sa.Column("assigned_by", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["execution_reference"],
            ["placement.execution_reference"],
            name=op.f("fk_tutor_assignment_execution_reference"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tutor_assignment")),
    )
    op.create_index(
        "ix_tutor_assignment_execution_reference", "tutor_assignment", ["execution_reference"], unique=False
    )
    op.create_index(
        "uq_tutor_assignment_standing",
        "tutor_assignment",
        ["execution_reference"],
        unique=True,
        sqlite_where=sa.text("state = 'STANDING'"),
        postgresql_where=sa.text("state = 'STANDING'"),
    )


def _web_session() -> None:
    op.create_table(
        "web_session",
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("offered_totp", sa.String(length=64), server_default="", nullable=False),
        sa.CheckConstraint("stage in ('FULL', 'CODE', 'ENROL')", name=op.f("ck_web_session_stage")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_web_session_account_id")),
        sa.PrimaryKeyConstraint("secret_sha256", name=op.f("pk_web_session")),
    )
    op.create_index("ix_web_session_account_id", "web_session", ["account_id"], unique=False)


def _line_account() -> None:
    op.create_index(
        "ix_line_account_to_invoice",
        "line_account",
        ["order_number", "line_id"],
        unique=False,
        sqlite_where=sa.text("receipt_id is not null and invoice_id is null"),
        postgresql_where=sa.text("receipt_id is not null and invoice_id is null"),
    )
    op.create_index(
        "ix_line_account_to_report",
        "line_account",
        ["order_number", "line_id"],
        unique=False,
        sqlite_where=sa.text("receipt_id is null and state = 'OPEN'"),
        postgresql_where=sa.text("receipt_id is null and state = 'OPEN'"),
    )


def _order_line() -> None:
    op.create_index("ix_order_line_starts_on", "order_line", ["starts_on"], unique=False)


def _periodic_report() -> None:
    op.add_column(
        "periodic_report", sa.Column("activities", sa.String(length=200), server_default="", nullable=False)
    )
    op.add_column(
        "periodic_report", sa.Column("reason", sa.String(length=30), server_default="", nullable=False)
    )
    op.create_index("ix_periodic_report_state", "periodic_report", ["state", "month"], unique=False)


def _placement() -> None:
    op.create_index("ix_placement_supplier", "placement", ["supplier", "execution_reference"], unique=False)


def _purchase_order() -> None:
    op.drop_index(op.f("ix_purchase_order_supplier"), table_name="purchase_order")
    op.create_index(
        "ix_purchase_order_supplier_number", "purchase_order", ["supplier", "number"], unique=False
    )


def downgrade() -> None:
    """Refused: what stands in these tables would be lost."""
    raise NotImplementedError("There is no way back from this revision; restore a copy from before it.")
