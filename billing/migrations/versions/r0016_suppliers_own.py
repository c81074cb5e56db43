"""What suppliers see and say: addresses of units in permissions, the list of a unit's tutors, objections to orders.

Placements that are there already are at the first address of their unit, which has the unit's own id. The codes
that stand on placements become tutors of the units of these; one that only stood there before is closed. Order
Responses that nobody has looked at yet become objections that wait; of several about one order the last.
"""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and columns, and fill what follows from the books."""
    _addresses()
    _tutors()
    _objections()


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


def _objections() -> None:
    op.create_table(
        "order_objection",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("order_number", sa.String(20), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.String(80), server_default="", nullable=False),
        sa.Column("answer_reason", sa.String(20), server_default="", nullable=False),
        sa.Column("replaced_by", sa.String(20), server_default="", nullable=False),
        sa.Column("alarmed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state in ('OPEN','STANDS','CANCELLED','REPLACED','WITHDRAWN')",
            name=op.f("ck_order_objection_state"),
        ),
        sa.CheckConstraint(
            "(state = 'REPLACED') = (replaced_by <> '')", name=op.f("ck_order_objection_replaced_by")
        ),
        sa.ForeignKeyConstraint(
            ["order_number"], ["purchase_order.number"], name=op.f("fk_order_objection_order_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_objection")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_order_objection_answer_id")),
    )
    op.create_index("ix_order_objection_order_number", "order_objection", ["order_number"])
    op.create_index(
        "uq_order_objection_open",
        "order_objection",
        ["order_number"],
        unique=True,
        sqlite_where=sa.text("state = 'OPEN'"),
        postgresql_where=sa.text("state = 'OPEN'"),
    )
    op.create_table(
        "objection_point",
        sa.Column("objection_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("expected", sa.String(20), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["objection_id"], ["order_objection.id"], name=op.f("fk_objection_point_objection_id")
        ),
        sa.PrimaryKeyConstraint("objection_id", "position", name=op.f("pk_objection_point")),
    )
    op.execute(
        sa.text(
            "insert into order_objection (order_number, channel, answer_id, state, made_on, made_by)"
            " select a.order_number, 'PEPPOL', a.id, case when exists (select 1 from peer_answer l where"
            " l.order_number = a.order_number and l.id > a.id and l.looked_at_by = ''"
            " and l.meaning in ('ORDER_REFUSED', 'ORDER_CHANGED')) then 'WITHDRAWN' else 'OPEN' end,"
            " a.received_on, 'system' from peer_answer a where a.looked_at_by = '' and a.order_number <> ''"
            " and a.meaning in ('ORDER_REFUSED', 'ORDER_CHANGED') order by a.id"
        )
    )
    op.execute(
        sa.text(
            "update peer_answer set looked_at_by = 'system', looked_at_on = received_on where id in"
            " (select answer_id from order_objection where state = 'WITHDRAWN')"
        )
    )
    op.execute(
        sa.text(
            "insert into objection_point (objection_id, position, line_id, reason) select o.id, 1, '', case"
            " when a.meaning = 'ORDER_REFUSED' then 'NOT_ACCEPTED' else 'OTHER' end"
            " from order_objection o join peer_answer a on a.id = o.answer_id"
        )
    )
