"""Claims on suppliers with a state, their letters and parts, and the reference rate; old claims become such.

What a supplier owed after a credit was known by its invoice's state alone. Each such invoice becomes one claim: one
that was given back is settled, with that as its one part; one that was not is raised, on the day it came to be owed.
"""

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op
from stdnum import luhn

from billing.migrations import sqlite_schema
from foundation.append_only import protect_standing
from foundation.sql import UtcDateTime, amount

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_FIRST = 60_000_001


def upgrade() -> None:
    """Make the tables, and fill them from the books."""
    _settled()
    _notices()
    _notes()
    claim, part = _claims()
    _letters()
    _rates()
    _old_claims(claim, part)


def _settled() -> None:
    was, becomes = "how in ('NETTED','REPAID')", "how in ('NETTED','REPAID','WRITTEN_OFF')"
    if op.get_bind().dialect.name == "sqlite":
        # Claims that were opened again refer to the table, so it cannot be copied.
        words = {was: becomes, "how VARCHAR(10)": "how VARCHAR(20)"}
        sqlite_schema.reword(op.get_bind(), "claim_settled", words)
        return
    op.alter_column(
        "claim_settled", "how", type_=sa.String(20), existing_type=sa.String(10), existing_nullable=False
    )
    op.drop_constraint(op.f("ck_claim_settled_how"), "claim_settled", type_="check")
    op.create_check_constraint(op.f("ck_claim_settled_how"), "claim_settled", becomes)


def _notices() -> None:
    with op.batch_alter_table("supplier_notice") as batch:
        batch.drop_constraint(op.f("ck_supplier_notice_kind"), type_="check")
        batch.create_check_constraint(
            op.f("ck_supplier_notice_kind"),
            "kind in ('invoice-in-question','invoice-paid','credit-request-withdrawn','claim-letter',"
            "'claim-answered')",
        )


def _notes() -> None:
    op.drop_index("uq_repayment_note_once", table_name="repayment_note")
    with op.batch_alter_table("repayment_note") as batch:
        batch.add_column(sa.Column("amount", amount(), nullable=True))
        batch.create_check_constraint(op.f("ck_repayment_note_amount"), "amount is null or amount > 0")
    op.create_index(
        "uq_repayment_note_waiting",
        "repayment_note",
        ["invoice_id"],
        unique=True,
        sqlite_where=sa.text("state = 'NOTED'"),
        postgresql_where=sa.text("state = 'NOTED'"),
    )


def _claims() -> tuple[sa.Table, sa.Table]:
    claim = op.create_table(
        "claim",
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("ocr", sa.String(25), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("supplier", sa.String(20), nullable=False),
        sa.Column("cause", sa.String(20), nullable=False),
        sa.Column("amount", amount(), nullable=False),
        sa.Column("amount_net", amount(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("state_before", sa.String(20), server_default="", nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("asked_by", sa.String(80), server_default="", nullable=False),
        sa.Column("confirmed_by", sa.String(80), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("write_off_by", sa.String(80), server_default="", nullable=False),
        sa.Column("write_off_asked_on", sa.Date(), nullable=True),
        sa.Column("write_off_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_by", sa.String(80), server_default="", nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "state in ('ASKED','RAISED','DEMANDED','REMINDED','DISPUTED','WRITE_OFF_ASKED','SETTLED',"
            "'WRITTEN_OFF','WITHDRAWN')",
            name=op.f("ck_claim_state"),
        ),
        sa.CheckConstraint(
            "cause in ('CREDIT','REVOKED_RESULT','WRONG_MONTH','PAID_WRONGLY')", name=op.f("ck_claim_cause")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_claim_amount")),
        sa.CheckConstraint("confirmed_by = '' or confirmed_by <> asked_by", name=op.f("ck_claim_two_people")),
        sa.CheckConstraint(
            "cause = 'CREDIT' or (asked_by <> '' and reason <> '' and"
            " (state in ('ASKED','WITHDRAWN') or confirmed_by <> ''))",
            name=op.f("ck_claim_confirmed"),
        ),
        sa.CheckConstraint(
            "state <> 'WRITTEN_OFF' or (write_off_by <> '' and write_off_reason <> '' and ended_by <> ''"
            " and ended_by <> write_off_by)",
            name=op.f("ck_claim_written_off_by_two"),
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_claim_invoice_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_claim")),
        sa.UniqueConstraint("ocr", name=op.f("uq_claim_ocr")),
    )
    op.create_index("ix_claim_state", "claim", ["state", "supplier"])
    op.create_index(
        "uq_claim_once",
        "claim",
        ["invoice_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'WITHDRAWN'"),
        postgresql_where=sa.text("state <> 'WITHDRAWN'"),
    )
    part = op.create_table(
        "claim_part",
        sa.Column("claim", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("supplier", sa.String(20), nullable=False),
        sa.Column("how", sa.String(20), nullable=False),
        sa.Column("amount", amount(), nullable=False),
        sa.Column("amount_net", amount(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("first_by", sa.String(80), nullable=False),
        sa.Column("second_by", sa.String(80), nullable=False),
        sa.Column("reference", sa.String(80), server_default="", nullable=False),
        sa.CheckConstraint(
            "how in ('NETTED','REPAID','WRITTEN_OFF','INTEREST','RETURNED')", name=op.f("ck_claim_part_how")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_claim_part_amount")),
        sa.CheckConstraint("first_by <> second_by", name=op.f("ck_claim_part_two_people")),
        sa.ForeignKeyConstraint(["claim"], ["claim.number"], name=op.f("fk_claim_part_claim")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_claim_part_invoice_id")),
        sa.PrimaryKeyConstraint("claim", "position", name=op.f("pk_claim_part")),
    )
    op.create_index("ix_claim_part_invoice_id", "claim_part", ["invoice_id"])
    protect_standing(op.get_bind(), "claim_part")
    return claim, part


def _letters() -> None:
    op.create_table(
        "claim_letter",
        sa.Column("claim", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("supplier", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount", amount(), nullable=False),
        sa.Column("amount_given_back", amount(), nullable=False),
        sa.Column("interest", amount(), nullable=False),
        sa.Column("interest_rows", sa.Text(), server_default="[]", nullable=False),
        sa.Column("pay_to", sa.String(60), server_default="", nullable=False),
        sa.Column("sent_by", sa.String(80), nullable=False),
        sa.CheckConstraint("kind in ('DEMAND','REMINDER')", name=op.f("ck_claim_letter_kind")),
        sa.CheckConstraint("due_on >= sent_on", name=op.f("ck_claim_letter_days")),
        sa.ForeignKeyConstraint(["claim"], ["claim.number"], name=op.f("fk_claim_letter_claim")),
        sa.PrimaryKeyConstraint("claim", "position", name=op.f("pk_claim_letter")),
    )
    op.create_table(
        "claim_word",
        sa.Column("claim", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("supplier", sa.String(20), nullable=False),
        sa.Column("by_supplier", sa.Integer(), nullable=False),
        sa.Column("by_person", sa.String(80), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_claim_word_words")),
        sa.CheckConstraint("by_supplier in (0, 1)", name=op.f("ck_claim_word_by_supplier")),
        sa.ForeignKeyConstraint(["claim"], ["claim.number"], name=op.f("fk_claim_word_claim")),
        sa.PrimaryKeyConstraint("claim", "position", name=op.f("pk_claim_word")),
    )
    for table in ("claim_letter", "claim_word"):
        protect_standing(op.get_bind(), table)


def _rates() -> None:
    op.create_table(
        "reference_rate",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("percent", amount(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("ended_by", sa.String(80), server_default="", nullable=False),
        sa.CheckConstraint(
            "state in ('ASKED','STANDING','REPLACED','REFUSED')", name=op.f("ck_reference_rate_state")
        ),
        sa.CheckConstraint("state = 'ASKED' or ended_by <> ''", name=op.f("ck_reference_rate_ended")),
        sa.CheckConstraint(
            "state not in ('STANDING','REPLACED') or ended_by <> asked_by",
            name=op.f("ck_reference_rate_two_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_rate")),
    )
    for name, state in (("standing", "STANDING"), ("asked", "ASKED")):
        op.create_index(
            f"uq_reference_rate_{name}",
            "reference_rate",
            ["valid_from"],
            unique=True,
            sqlite_where=sa.text(f"state = '{state}'"),
            postgresql_where=sa.text(f"state = '{state}'"),
        )


_OWED = """
select invoice.id, invoice.supplier, invoice.currency, invoice.amount_net, invoice.credited_net, payment.amount as paid,
 payment.paid_on, credit_pair.settled_on as credited_on, claim_settled.settled_on, claim_settled.how,
 claim_settled.first_by, claim_settled.second_by, (select max(end_to_end) from payment_item
 where payment_item.invoice_id = invoice.id and payment_item.kind = 'CREDIT' and payment_item.state = 'PAID')
 as transfer
from invoice join payment on payment.invoice_id = invoice.id
 and not exists (select 1 from payment_returned where payment_returned.payment = payment.number)
 join credit_pair on credit_pair.invoice_id = invoice.id
 left join claim_settled on claim_settled.invoice_id = invoice.id and not exists (select 1 from claim_reopened
 where claim_reopened.invoice_id = claim_settled.invoice_id and claim_reopened.attempt = claim_settled.attempt)
where invoice.state = 'CREDITED' order by payment.number
"""


def _old_claims(claim: sa.Table, part: sa.Table) -> None:
    typed = sa.text(_OWED).columns(
        amount_net=amount(),
        credited_net=amount(),
        paid=amount(),
        paid_on=sa.Date(),
        credited_on=sa.Date(),
        settled_on=sa.Date(),
    )
    claims: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    for place, row in enumerate(op.get_bind().execute(typed)):
        number = str(_FIRST + place)
        net: Decimal = row.amount_net - row.credited_net
        of_invoice = {"invoice_id": row.id, "supplier": row.supplier, "currency": row.currency}
        claims.append(
            {
                "number": number,
                "ocr": number + luhn.calc_check_digit(number),
                "cause": "CREDIT",
                "amount": row.paid,
                "amount_net": net,
                "state": "RAISED" if row.how is None else "SETTLED",
                "raised_on": max(row.paid_on, row.credited_on),
                "ended_by": row.second_by or "",
                "ended_on": row.settled_on,
                **of_invoice,
            }
        )
        if row.how is not None:
            parts.append(
                {
                    "claim": number,
                    "position": 1,
                    "how": row.how,
                    "amount": row.paid,
                    "amount_net": net,
                    "on_day": row.settled_on,
                    "first_by": row.first_by,
                    "second_by": row.second_by,
                    # What a claim was taken off is known by the transfer.
                    "reference": row.transfer or "" if row.how == "NETTED" else "",
                    **of_invoice,
                }
            )
    if claims:
        op.bulk_insert(claim, claims)
    if parts:
        op.bulk_insert(part, parts)
    series = sa.table("number_series", sa.column("name"), sa.column("first"), sa.column("last"))
    last = _FIRST + len(claims) - 1
    op.bulk_insert(series, [{"name": "claim", "first": _FIRST, "last": last}])
