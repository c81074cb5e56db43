"""Payments that came back after they were noted as paid, claims that are owed again, who says so, and references.

An invoice has one payment that stands; the first of an invoice is attempt 1. So is the first settling of a claim.
"""

import sqlalchemy as sa
from alembic import op

from billing.migrations import sqlite_schema
from foundation.append_only import protect_standing

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Count payments and settled claims by attempt, and make the tables of what came back."""
    _payments()
    _claims()
    _notes()
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("payment_item", "reference", type_=sa.String(140), existing_nullable=False)
    else:
        words = {"reference VARCHAR(40)": "reference VARCHAR(140)"}
        sqlite_schema.reword(op.get_bind(), "payment_item", words)


def _payments() -> None:
    # Foreign keys do not hinder: none refers to a payment yet. SQLite makes the table anew without its triggers.
    naming = {"uq": "uq_%(table_name)s_%(column_0_name)s"}
    with op.batch_alter_table("payment", naming_convention=naming) as payment:
        payment.add_column(sa.Column("attempt", sa.Integer(), nullable=False, server_default="1"))
        payment.drop_constraint("uq_payment_invoice_id", type_="unique")
        payment.create_unique_constraint(op.f("uq_payment_invoice_id_attempt"), ["invoice_id", "attempt"])
    if op.get_bind().dialect.name == "sqlite":
        protect_standing(op.get_bind(), "payment")
    op.create_table(
        "payment_returned",
        sa.Column("payment", sa.String(20), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=False),
        sa.Column("end_to_end", sa.String(35), nullable=False),
        sa.Column("first_by", sa.String(80), nullable=False),
        sa.Column("second_by", sa.String(80), nullable=False),
        sa.CheckConstraint("first_by <> second_by", name=op.f("ck_payment_returned_two_people")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_payment_returned_invoice_id")),
        sa.ForeignKeyConstraint(["payment"], ["payment.number"], name=op.f("fk_payment_returned_payment")),
        sa.PrimaryKeyConstraint("payment", name=op.f("pk_payment_returned")),
    )
    op.create_index("ix_payment_returned_invoice_id", "payment_returned", ["invoice_id"])
    protect_standing(op.get_bind(), "payment_returned")


def _claims() -> None:
    with op.batch_alter_table("claim_settled") as settled:
        settled.add_column(sa.Column("attempt", sa.Integer(), nullable=False, server_default="1"))
        settled.drop_constraint("pk_claim_settled", type_="primary")
        settled.create_primary_key(op.f("pk_claim_settled"), ["invoice_id", "attempt"])
    if op.get_bind().dialect.name == "sqlite":
        protect_standing(op.get_bind(), "claim_settled")
    op.create_table(
        "claim_reopened",
        sa.Column("invoice_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reopened_on", sa.Date(), nullable=False),
        sa.Column("end_to_end", sa.String(35), nullable=False),
        sa.Column("first_by", sa.String(80), nullable=False),
        sa.Column("second_by", sa.String(80), nullable=False),
        sa.CheckConstraint("first_by <> second_by", name=op.f("ck_claim_reopened_two_people")),
        sa.ForeignKeyConstraint(
            ["invoice_id", "attempt"],
            ["claim_settled.invoice_id", "claim_settled.attempt"],
            name=op.f("fk_claim_reopened_invoice_id_attempt"),
        ),
        sa.PrimaryKeyConstraint("invoice_id", "attempt", name=op.f("pk_claim_reopened")),
    )
    protect_standing(op.get_bind(), "claim_reopened")


def _notes() -> None:
    op.create_table(
        "transfer_note",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("about", sa.String(35), nullable=False),
        sa.Column("said", sa.String(10), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("noted_by", sa.String(80), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("ended_by", sa.String(80), server_default="", nullable=False),
        sa.CheckConstraint("said in ('PAID','NOT_PAID','RETURNED')", name=op.f("ck_transfer_note_said")),
        sa.CheckConstraint(
            "state in ('NOTED','CONFIRMED','TAKEN_BACK')", name=op.f("ck_transfer_note_state")
        ),
        sa.CheckConstraint("state = 'NOTED' or ended_by <> ''", name=op.f("ck_transfer_note_ended")),
        sa.CheckConstraint(
            "state <> 'CONFIRMED' or ended_by <> noted_by", name=op.f("ck_transfer_note_two_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_note")),
    )
    op.create_index(
        "uq_transfer_note_once",
        "transfer_note",
        ["about"],
        unique=True,
        sqlite_where=sa.text("state = 'NOTED'"),
        postgresql_where=sa.text("state = 'NOTED'"),
    )
