"""Who decided about a placement is a row, and an attest right that one person gave alone waits for a second.

Who decided about a report or an objection keeps it, as EARLIER. Rights and substitutes that a confirmed change of the
staff gave name who confirmed it; all others were given by one person, and attest nothing until another confirms them.
"""

import json
from decimal import Decimal

import sqlalchemy as sa
from alembic import op

from foundation.sql import amount

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the columns, and fill what follows from the books."""
    _decisions()
    for table, person in (("attest_right", "person"), ("attest_substitute", "substitute")):
        _second_person(table, f"confirmed_by <> given_by and confirmed_by <> {person}")
    _confirmed()


def _second_person(table: str, check: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        # What was attested refers to its right, so the table cannot be copied; a column may bring its check along.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN confirmed_by VARCHAR(80) DEFAULT '' NOT NULL"
            f" CONSTRAINT ck_{table}_two_people CHECK ({check})"
        )
        return
    op.add_column(table, sa.Column("confirmed_by", sa.String(80), nullable=False, server_default=""))
    op.create_check_constraint(op.f(f"ck_{table}_two_people"), table, check)


def _decisions() -> None:
    op.create_table(
        "placement_decision",
        sa.Column("execution_reference", sa.String(60), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("decision", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint(
            "execution_reference", "month", "person", "decision", name=op.f("pk_placement_decision")
        ),
    )
    op.execute(
        sa.text(
            "insert into placement_decision (execution_reference, month, person, decision)"
            " select distinct execution_reference, month, decided_by, 'EARLIER' from periodic_report"
            " where decided_by not in ('', 'system')"
            " union select distinct o.execution_reference, '', j.answered_by, 'EARLIER' from order_objection j"
            " join purchase_order o on o.number = j.order_number"
            " where j.answered_by not in ('', 'system') and j.answered_by <> j.made_by"
        )
    )


def _confirmed() -> None:
    """Hold each right against the changes that two people made."""
    connection = op.get_bind()
    changes = connection.execute(
        sa.text(
            "select kind, person, content, proposed_by, decided_by from staff_change where state = 'CONFIRMED'"
            " and kind in ('ATTEST_RIGHT', 'SUBSTITUTE')"
        )
    ).all()
    for change in changes:
        said = json.loads(change.content)
        if change.kind == "ATTEST_RIGHT":
            rows = connection.execute(
                sa.text(
                    "select id, limit_amount from attest_right where person = :person and given_by = :given"
                    " and supplier = :supplier and article = :article and delivery_area = :area"
                ).columns(id=sa.Integer(), limit_amount=amount()),
                {
                    "person": change.person,
                    "given": change.proposed_by,
                    "supplier": said["supplier"],
                    "article": said["article"],
                    "area": said["delivery_area"],
                },
            ).all()
            found = [row.id for row in rows if row.limit_amount == Decimal(said["limit"])]
            table = "attest_right"
        else:
            rows = connection.execute(
                sa.text(
                    "select id from attest_substitute where person = :person and substitute = :other"
                    " and given_by = :given"
                ),
                {"person": change.person, "other": said["stand_in"], "given": change.proposed_by},
            ).all()
            found, table = [row.id for row in rows], "attest_substitute"
        for key in found:
            connection.execute(
                sa.text(f"update {table} set confirmed_by = :by where id = :id"),  # noqa: S608 - one of two names
                {"by": change.decided_by, "id": key},
            )
