"""What suppliers see and say: addresses of units in permissions, and the list of a unit's tutors.

Placements that are there already are at the first address of their unit, which has the unit's own id. The codes
that stand on placements become tutors of the units of these; one that only stood there before is closed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and columns, and fill what follows from the books."""
    _addresses()
    _tutors()


def _addresses() -> None:
    with op.batch_alter_table("placement") as batch:
        batch.add_column(sa.Column("address_id", sa.String(60), nullable=False, server_default=""))
    op.execute(sa.text("update placement set address_id = unit_id"))
    op.create_table(
        "account_address",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.String(60), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_address_account_id")),
        sa.PrimaryKeyConstraint("account_id", "address_id", name=op.f("pk_account_address")),
    )


def _tutors() -> None:
    op.create_table(
        "unit_tutor",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("supplier", sa.String(20), nullable=False),
        sa.Column("unit_id", sa.String(60), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("person", sa.String(80), server_default="", nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("state in ('ACTIVE','CLOSED')", name=op.f("ck_unit_tutor_state")),
        sa.CheckConstraint(
            "(state = 'CLOSED') = (closed_on is not null)", name=op.f("ck_unit_tutor_closed_on")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_tutor")),
        sa.UniqueConstraint("unit_id", "code", name=op.f("uq_unit_tutor_unit_id_code")),
    )
    op.create_index("ix_unit_tutor_supplier", "unit_tutor", ["supplier"])
    op.create_index("ix_unit_tutor_person", "unit_tutor", ["person"])
    op.execute(
        sa.text(
            "insert into unit_tutor (supplier, unit_id, code, state, added_on, closed_on)"
            " select supplier, unit_id, tutor, case when stands = 1 then 'ACTIVE' else 'CLOSED' end, first_on,"
            " case when stands = 1 then null else last_on end from"
            " (select p.supplier, p.unit_id, a.tutor, min(a.assigned_on) as first_on, max(a.assigned_on) as last_on,"
            " max(case when a.state = 'STANDING' then 1 else 0 end) as stands"
            " from tutor_assignment a join placement p on p.execution_reference = a.execution_reference"
            " group by p.supplier, p.unit_id, a.tutor) as used order by supplier, unit_id, tutor"
        )
    )
