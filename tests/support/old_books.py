"""Books of an earlier version, put into an empty database from what that engine's own tool wrote of them."""

import lzma
import sqlite3
from contextlib import suppress
from pathlib import Path

import psycopg
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    inspect,
    make_url,
    select,
    text,
)

from billing.migrations import sqlite_schema
from foundation import number_series
from foundation import tables as foundation_tables
from foundation.append_only import KeptUntil, protect_kept_again, protect_standing
from foundation.database import SUPPLIER_ROLE
from foundation.journal_chains.row_hashes import GENESIS, row_hash
from foundation.tables import journal
from invoicing.reconciliation import change_triggers_store
from peppol.exchange.bodies import tables as body_tables


def put_in(database_url: str, folder: Path) -> None:
    """Fill the empty database from `sqlite.sql` or `postgresql.sql` of the folder, plain or packed as `.xz`."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        assert url.database is not None
        Path(url.database).touch(mode=0o600)
        connection = sqlite3.connect(url.database)
        connection.executescript(_written(folder / "sqlite.sql").decode())
        connection.close()
        return
    with psycopg.connect(
        host=str(url.query["host"]), user=url.username, dbname=url.database, autocommit=True
    ) as server:
        with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            # A role is the server's, not the books': 0.2.1 made it where it was missing.
            server.execute(f"CREATE ROLE {SUPPLIER_ROLE} NOLOGIN")
        server.execute(_written(folder / "postgresql.sql"))


def _written(script: Path) -> bytes:
    packed = script.with_name(f"{script.name}.xz")
    return lzma.decompress(packed.read_bytes()) if packed.exists() else script.read_bytes()


def before_0007(connection: Connection) -> None:
    """Lead the books back to what revision 0007 found."""
    before_0008(connection)
    connection.execute(text("alter table periodic_report drop column alarmed_at"))


def before_0021(connection: Connection) -> None:
    """Lead the books back to what revision 0021 found."""
    before_0024(connection)
    connection.execute(text("drop table owed_answer"))
    connection.execute(text("drop index ix_inbox_came_from"))
    # The policy that asks for the column falls with it, and is made again when the books are brought up to date.
    falls = " cascade" if connection.dialect.name == "postgresql" else ""
    connection.execute(text(f"alter table inbox drop column came_from{falls}"))
    first = "state <> 'REPEAT' and state <> 'CONFLICT'"
    for key in ("sha256", "instance_id", "transport_key"):
        more = "" if key == "sha256" else f" and {key} <> ''"
        connection.execute(text(f"drop index uq_inbox_{key}"))
        connection.execute(text(f"create unique index uq_inbox_{key} on inbox ({key}) where {first}{more}"))


def before_0019(connection: Connection) -> None:
    """Lead the books back to what revision 0019 found."""
    before_0021(connection)
    for index in ("ix_periodic_report_filed", "ix_periodic_report_decided_on"):
        connection.execute(text(f"drop index {index}"))


def before_0049(connection: Connection) -> None:
    """Lead the books back to what revision 0049 found."""
    before_0052(connection)
    for table in ("claim_word", "claim_letter", "claim_part", "claim", "reference_rate"):
        connection.execute(text(f"drop table {table}"))
    connection.execute(text("delete from number_series where name = 'claim'"))
    if connection.dialect.name == "sqlite":
        words = {"'NETTED','REPAID','WRITTEN_OFF'": "'NETTED','REPAID'", "how VARCHAR(20)": "how VARCHAR(10)"}
        sqlite_schema.reword(connection, "claim_settled", words)
    if not inspect(connection).has_table("repayment_note"):
        return
    connection.execute(text("drop index uq_repayment_note_waiting"))
    with Operations(MigrationContext.configure(connection)).batch_alter_table("repayment_note") as batch:
        batch.drop_constraint("ck_repayment_note_amount", type_="check")
        batch.drop_column("amount")
    connection.execute(
        text(
            "create unique index uq_repayment_note_once on repayment_note (invoice_id)"
            " where state in ('NOTED','CONFIRMED')"
        )
    )


def before_0060(connection: Connection) -> None:
    """Lead the books back to what revision 0060 found."""
    before_0061(connection)
    for table in ("mail_daily", "mail_gathered", "mail_receiver"):
        connection.execute(text(f"drop table {table}"))


def before_0061(connection: Connection) -> None:
    """Lead the books back to what revision 0061 found."""
    before_0062(connection)
    connection.execute(text("drop table unfetched_arrival"))
    with Operations(MigrationContext.configure(connection)).batch_alter_table("access_point") as batch:
        for column in ("reached_at", "code", "host", "verb"):
            batch.drop_column(column)


def before_0062(connection: Connection) -> None:
    """Lead the books back to what revision 0062 found: every row in one chain, hashed as it was then."""
    before_0063(connection)
    kept = [dict(row) for row in connection.execute(select(journal).order_by(journal.c.sequence)).mappings()]
    for table in ("journal_leaf", "journal_root", "journal_chain", "journal"):
        connection.execute(text(f"drop table {table}"))
    if connection.dialect.name == "postgresql":
        connection.execute(text("drop sequence journal_sequence"))
    columns = [each for each in journal.columns if each.name not in ("chain", "position")]
    old = Table("journal", MetaData(naming_convention=journal.metadata.naming_convention))
    for each in columns:
        primary = each.primary_key
        old.append_column(
            Column(each.name, each.type, primary_key=primary, autoincrement=False, nullable=False)
        )
    head = Table("journal_head", old.metadata, Column("id", Integer, primary_key=True, autoincrement=False))
    head.append_column(Column("sequence", Integer, nullable=False))
    head.append_column(Column("hash", String(64), nullable=False))
    head.append_constraint(CheckConstraint("id = 1", name="one"))
    Index("ix_journal_execution_reference", old.c.execution_reference)
    Index("ix_journal_subject", old.c.subject)
    old.metadata.create_all(connection)
    protect_standing(connection, "journal")
    previous = GENESIS
    for number, row in enumerate(kept, 1):
        del row["chain"], row["position"]
        previous = row["hash"] = row_hash(previous, {**row, "sequence": number})
        connection.execute(insert(old), {**row, "sequence": number})
    connection.execute(insert(head), {"id": 1, "sequence": len(kept), "hash": previous})


def before_0063(connection: Connection) -> None:
    """Lead the books back to what revision 0063 found."""
    before_0064(connection)
    connection.execute(text("drop table books_tick"))
    if connection.dialect.name == "postgresql":
        for name, (first, last) in number_series.ranges(connection).items():
            if name not in number_series.GAPLESS:
                row = {"name": name, "first": first, "last": last}
                connection.execute(insert(foundation_tables.number_series), row)
                connection.execute(text(f"drop sequence {name}_number"))


def before_0064(connection: Connection) -> None:
    """Lead the books back to what revision 0064 found."""
    before_0065(connection)
    connection.execute(text("drop table outbound_waiting"))


def before_0065(connection: Connection) -> None:
    """Lead the books back to what revision 0065 found: each message with its bytes in its row."""
    before_0066(connection)
    kind, empty = ("bytea", "''") if connection.dialect.name == "postgresql" else ("blob", "x''")
    for table, number in (("inbox", "id"), ("outbox", "sequence")):
        connection.execute(text(f"alter table {table} add column body {kind} not null default {empty}"))
        mine = f"b.letter = {table}.{number}"
        connection.execute(text(f"update {table} set body = b.body from {table}_body b where {mine}"))  # noqa: S608
        connection.execute(text(f"drop table {table}_body"))


def before_0066(connection: Connection) -> None:
    """Lead the books back to what revision 0066 found."""
    before_0067(connection)
    for name, kind in body_tables.KINDS.items():
        said = f"SELECT 1 FROM disposed_body WHERE kind = '{kind}' AND item_id = OLD.letter"  # noqa: S608
        protect_kept_again(connection, name, KeptUntil(f"EXISTS ({said})"))
    connection.execute(text("drop table body_object"))


def before_0067(connection: Connection) -> None:
    """Lead the books back to what revision 0067 found: on PostgreSQL the divided tables are plain ones."""
    before_0068(connection)
    if connection.dialect.name != "postgresql":
        return
    for name in ("journal", "attempt"):
        connection.execute(text(f"alter table {name} rename to divided"))
        connection.execute(
            text(f"create table {name} (like divided including defaults including constraints)")
        )
        connection.execute(text(f"insert into {name} select * from divided"))  # noqa: S608 - names of ours
        connection.execute(text("drop table divided cascade"))
    for statement in (
        "alter table journal add constraint pk_journal primary key (sequence)",
        "create index ix_journal_execution_reference on journal (execution_reference)",
        "create index ix_journal_subject on journal (subject)",
        "create unique index uq_journal_chain_position on journal (chain, position) where chain <> ''",
        "alter table attempt add primary key (letter, number)",
        "alter table attempt add foreign key (letter) references outbox (sequence)",
    ):
        connection.execute(text(statement))
    protect_standing(connection, "journal")


def before_0068(connection: Connection) -> None:
    """Lead the books back to what revision 0068 found."""
    before_0069(connection)
    for table in ("statement_sum", "statement_change"):
        connection.execute(text(f"drop table {table}"))
    if connection.dialect.name == "postgresql":
        for name, table in change_triggers_store.TRIGGERS.items():
            connection.execute(text(f"drop trigger if exists {name} on {table}"))


def before_0069(connection: Connection) -> None:
    """Lead the books back to what revision 0069 found: systems have keys, and nobody is a client."""
    before_0070(connection)
    for table in ("api_assertion", "api_token", "api_secret", "api_client"):
        connection.execute(text(f"drop table {table}"))
    instant = "timestamptz" if connection.dialect.name == "postgresql" else "varchar(32)"
    number = "serial" if connection.dialect.name == "postgresql" else "integer"
    connection.execute(
        text(
            f"create table machine_key (id {number} not null constraint pk_machine_key primary key,"
            " prefix varchar(12) not null constraint uq_machine_key_prefix unique,"
            " secret_sha256 varchar(64) not null, name varchar(60) not null, scopes varchar(200) not null,"
            f" state varchar(10) not null, expires_on date, made_at {instant} not null,"
            f" made_by varchar(80) not null, last_used_on date, ended_at {instant},"
            " ended_by varchar(80) default '' not null,"
            " constraint ck_machine_key_state check (state in ('ACTIVE','EXPIRED','REVOKED')),"
            " constraint ck_machine_key_ended check (state = 'ACTIVE' or ended_at is not null),"
            " constraint ck_machine_key_revoked check (state <> 'REVOKED' or ended_by <> ''))"
        )
    )


def before_0070(connection: Connection) -> None:
    """Lead the books back to what revision 0070 found."""
    before_0074(connection)
    connection.execute(text("drop table idempotent_reply"))


def before_0074(connection: Connection) -> None:
    """Lead the books back to what revision 0074 found."""
    before_0075(connection)
    for table in ("webhook_attempt", "webhook_message", "webhook_secret", "webhook_endpoint"):
        connection.execute(text(f"drop table {table}"))


def before_0075(connection: Connection) -> None:
    """Lead the books back to what revision 0075 found."""
    before_0076(connection)
    connection.execute(text("alter table api_client drop column is_test"))


def before_0076(connection: Connection) -> None:
    """Lead the books back to what revision 0076 found."""
    before_0077(connection)
    for table in ("supplier_export_part", "supplier_export", "register_load", "audit_period"):
        connection.execute(text(f"drop table {table}"))


def before_0077(connection: Connection) -> None:
    """Lead the books back to what revision 0077 found."""
    before_0078(connection)
    for table in ("document_message_file", "document_message"):
        connection.execute(text(f"drop table {table}"))
    if not inspect(connection).has_table("supplier_notice"):
        return
    was = (
        "kind in ('invoice-in-question','invoice-paid','credit-request-withdrawn','claim-letter','claim-answered',"
        "'claim-withdrawn')"
    )
    if connection.dialect.name == "sqlite":
        sqlite_schema.reword(connection, "supplier_notice", {f"{was[:-1]},'invoice-question')": was})
        return
    operations = Operations(MigrationContext.configure(connection))
    operations.drop_constraint("ck_supplier_notice_kind", "supplier_notice")
    operations.create_check_constraint("ck_supplier_notice_kind", "supplier_notice", was)


def before_0078(connection: Connection) -> None:
    """Lead the books back to what revision 0078 found."""
    before_0079(connection)
    for name in ("number_in_any_letters", "received_on", "amount_payable"):
        connection.execute(text(f"drop index ix_invoice_{name}"))


def before_0079(connection: Connection) -> None:
    """Lead the books back to what revision 0079 found."""
    before_0080(connection)
    connection.execute(text("drop table notification"))


def before_0080(connection: Connection) -> None:
    """Lead the books back to what revision 0080 found."""
    for index in (
        *("ix_line_account_unoccupied", "ix_invoice_supplier_amount", "ix_invoice_order_number"),
        *("ix_planned_order_execution_reference", "ix_payment_item_supplier"),
    ):
        connection.execute(text(f"drop index {index}"))
    connection.execute(text("create index ix_invoice_order_number on invoice (order_number)"))
    connection.execute(text("drop index ix_line_account_invoice_id"))
    connection.execute(text("create index ix_line_account_invoice_id on line_account (invoice_id)"))


def before_0057(connection: Connection) -> None:
    """Lead the books back to what revision 0057 found."""
    before_0058(connection)
    connection.execute(text("drop table directory_answer"))
    connection.execute(text("drop table directory_doubt"))
    connection.execute(text("drop index uq_outbox_acknowledges"))
    connection.execute(text("alter table outbox drop column acknowledges"))


def before_0056(connection: Connection) -> None:
    """Lead the books back to what revision 0056 found."""
    before_0057(connection)
    for index in ("ix_inbox_turn", "ix_inbox_flow"):
        connection.execute(text(f"drop index {index}"))
    for column in ("flow", "turn"):
        connection.execute(text(f"alter table inbox drop column {column}"))
    connection.execute(text("create index ix_inbox_arrived on inbox (id) where state = 'ARRIVED'"))


def before_0059(connection: Connection) -> None:
    """Lead the books back to what revision 0059 found."""
    before_0060(connection)
    for table in ("passkey_challenge", "passkey"):
        connection.execute(text(f"drop table {table}"))


def before_0058(connection: Connection) -> None:
    """Lead the books back to what revision 0058 found."""
    before_0059(connection)
    for table in ("openid_logout", "bound_number"):
        connection.execute(text(f"drop table {table}"))
    with Operations(MigrationContext.configure(connection)).batch_alter_table("openid_journey") as batch:
        batch.drop_constraint("ck_openid_journey_one_way", type_="check")
        for column in ("provider", "link_sha256", "session_sha256"):
            batch.drop_column(column)
    connection.execute(text("drop index ix_identity_account_id"))
    with Operations(MigrationContext.configure(connection)).batch_alter_table("web_session") as batch:
        for column in ("openid_issuer", "openid_subject", "openid_session"):
            batch.drop_column(column)
    was = "purpose in ('INVITE', 'RESET')"
    if connection.dialect.name == "sqlite":
        sqlite_schema.reword(connection, "mailed_link", {f"{was[:-1]}, 'IDENTITY')": was})
        return
    connection.execute(text("alter table mailed_link drop constraint ck_mailed_link_purpose"))
    connection.execute(text(f"alter table mailed_link add constraint ck_mailed_link_purpose check ({was})"))


def before_0055(connection: Connection) -> None:
    """Lead the books back to what revision 0055 found."""
    before_0056(connection)
    connection.execute(text("drop index ix_claim_invoice_id"))
    connection.execute(text("drop index uq_payment_item_once"))
    connection.execute(
        text(
            "create unique index uq_payment_item_once on payment_item (invoice_id, kind)"
            " where state in ('PROPOSED','ATTESTED','EXPORTED','PAID')"
        )
    )
    parts = "'NETTED','REPAID','WRITTEN_OFF','INTEREST','RETURNED'"
    checks = {
        "state": "state in ('NOTED','CONFIRMED','TAKEN_BACK')",
        "two_people": "state <> 'CONFIRMED' or ended_by <> noted_by",
    }
    operations = Operations(MigrationContext.configure(connection))
    if inspect(connection).has_table("repayment_note"):
        with operations.batch_alter_table("repayment_note") as batch:
            for name in ("undo", "undone", *checks):
                batch.drop_constraint(f"ck_repayment_note_{name}", type_="check")
            for name in ("undone_on", "undo_asked_on", "undo_asked_by", "undo_reason", "undone_by"):
                batch.drop_column(name)
            for name, check in checks.items():
                batch.create_check_constraint(f"ck_repayment_note_{name}", check)
    kinds = "'invoice-in-question','invoice-paid','credit-request-withdrawn','claim-letter','claim-answered'"
    notices = f"kind in ({kinds})"
    has_notices = inspect(connection).has_table("supplier_notice")
    if connection.dialect.name == "sqlite":
        now = f"how in ({parts},'REPAYMENT_RETURNED','INTEREST_RETURNED')"
        sqlite_schema.reword(connection, "claim_part", {now: f"how in ({parts})"})
        if has_notices:
            sqlite_schema.reword(
                connection, "supplier_notice", {f"{notices[:-1]},'claim-withdrawn')": notices}
            )
        return
    if has_notices:
        operations.drop_constraint("ck_supplier_notice_kind", "supplier_notice")
        operations.create_check_constraint("ck_supplier_notice_kind", "supplier_notice", notices)
    operations.drop_constraint("ck_claim_part_how", "claim_part")
    operations.create_check_constraint("ck_claim_part_how", "claim_part", f"how in ({parts})")


def before_0054(connection: Connection) -> None:
    """Lead the books back to what revision 0054 found."""
    before_0055(connection)
    connection.execute(text("drop index ix_payment_item_proposal"))
    columns = "proposal, supplier, kind, state, why, amount, invoice_id"
    connection.execute(text(f"create index ix_payment_item_proposal on payment_item ({columns})"))


def before_0053(connection: Connection) -> None:
    """Lead the books back to what revision 0053 found."""
    before_0054(connection)
    for index in ("uq_bank_entry_deposit", "ix_bank_entry_claim"):
        connection.execute(text(f"drop index {index}"))
    with Operations(MigrationContext.configure(connection)).batch_alter_table("bank_entry") as batch:
        batch.drop_column("claim")
        batch.drop_column("bank_reference")


def before_0052(connection: Connection) -> None:
    """Lead the books back to what revision 0052 found."""
    before_0053(connection)
    for table in ("run_row", "run_count", "run", "release", "data", "data_load"):
        connection.execute(text(f"drop table control_{table}"))


def before_0042(connection: Connection) -> None:
    """Lead the books back to what revision 0042 found: their payments and settled claims are first ones."""
    before_0043(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(text("alter table payment_item alter column reference type varchar(40)"))
    for table in ("claim_reopened", "payment_returned", "transfer_note"):
        connection.execute(text(f"drop table {table}"))
    operations = Operations(MigrationContext.configure(connection))
    with operations.batch_alter_table("payment") as batch:
        batch.drop_constraint("uq_payment_invoice_id_attempt", type_="unique")
        batch.drop_column("attempt")
        batch.create_unique_constraint("uq_payment_invoice_id", ["invoice_id"])
    with operations.batch_alter_table("claim_settled") as batch:
        batch.drop_constraint("pk_claim_settled", type_="primary")
        batch.drop_column("attempt")
        batch.create_primary_key("pk_claim_settled", ["invoice_id"])
    if connection.dialect.name == "sqlite":
        sqlite_schema.reword(connection, "payment_item", {"reference VARCHAR(140)": "reference VARCHAR(40)"})
        for table in ("payment", "claim_settled"):
            protect_standing(connection, table)


def before_0041(connection: Connection) -> None:
    """Lead the books back to what revision 0041 found."""
    before_0042(connection)
    connection.execute(text("alter table payment_item drop column bank_status"))
    was = "'PAID','WITHDRAWN'"
    if connection.dialect.name == "postgresql":
        check = f"check (state in ('DRAFT','ATTESTED','EXPORTED',{was}))"
        connection.execute(text("alter table payment_proposal drop constraint ck_payment_proposal_state"))
        connection.execute(
            text(f"alter table payment_proposal add constraint ck_payment_proposal_state {check}")
        )
        return
    sqlite_schema.reword(connection, "payment_proposal", {"'PAID','REFUSED','WITHDRAWN'": was})


def before_0048(connection: Connection) -> None:
    """Lead the books back to what revision 0048 found."""
    before_0049(connection)
    connection.execute(text("drop table background_task"))


def before_0047(connection: Connection) -> None:
    """Lead the books back to what revision 0047 found."""
    before_0048(connection)
    connection.execute(text("alter table payment_proposal drop column revision"))
    connection.execute(text("drop index ix_payment_item_proposal"))
    connection.execute(text("create index ix_payment_item_proposal on payment_item (proposal)"))


def before_0037(connection: Connection) -> None:
    """Lead the books back to what revision 0037 found."""
    before_0038(connection)
    connection.execute(text("drop index ix_invoice_number"))
    for table in ("protected_document", "protected_message"):
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"alter table {table} drop column state"))
            continue
        # SQLite drops no column that a CHECK of the table names.
        with Operations(MigrationContext.configure(connection)).batch_alter_table(table) as batch:
            batch.drop_constraint(f"ck_{table}_state", type_="check")
            batch.drop_column("state")


def before_0044(connection: Connection) -> None:
    """Lead the books back to what revision 0044 found."""
    before_0047(connection)
    connection.execute(text("drop table ledger_answer"))
    connection.execute(text("drop table accounting_rules_version"))
    connection.execute(text("alter table voucher drop column rules"))
    for name in ("cost_centre", "activity", "appropriation", "counterparty"):
        connection.execute(text(f"alter table voucher_row drop column {name}"))


def before_0043(connection: Connection) -> None:
    """Lead the books back to what revision 0043 found."""
    before_0044(connection)
    for table in ("voucher", "voucher_row"):
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"drop function refuse_{table}_of_closed_month() cascade"))
        else:
            connection.execute(text(f"drop trigger {table}_month_closed"))
    connection.execute(text("drop table month_closing"))
    connection.execute(text("drop index ix_voucher_booked_on"))
    with Operations(MigrationContext.configure(connection)).batch_alter_table("voucher") as batch:
        batch.drop_constraint("ck_voucher_moved_on", type_="check")
        batch.drop_column("event_on")
    if connection.dialect.name == "sqlite":
        protect_standing(connection, "voucher")
        sqlite_schema.reword(connection, "voucher", {"text TEXT": "text VARCHAR(120)"})


def before_0038(connection: Connection) -> None:
    """Lead the books back to what revision 0038 found."""
    before_0041(connection)
    connection.execute(text("drop table placement_decision"))
    for table in ("attest_right", "attest_substitute"):
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"alter table {table} drop column confirmed_by"))
            continue
        with Operations(MigrationContext.configure(connection)).batch_alter_table(table) as batch:
            batch.drop_constraint(f"ck_{table}_two_people", type_="check")
            batch.drop_column("confirmed_by")


def before_0036(connection: Connection) -> None:
    """Lead the books back to what revision 0036 found."""
    connection.execute(text("drop table lost_order"))


def before_0035(connection: Connection) -> None:
    """Lead the books back to what revision 0035 found."""
    before_0037(connection)
    before_0036(connection)
    connection.execute(text("drop table protected_message"))


def before_0034(connection: Connection) -> None:
    """Lead the books back to what revision 0034 found."""
    before_0035(connection)
    for table in ("books_mark", "series_jump"):
        connection.execute(text(f"drop table {table}"))
    was = "reason in ('BANKRUPTCY','ATTACHMENT','DISPUTE')"
    if connection.dialect.name == "postgresql":
        connection.execute(text("alter table payment_stop drop constraint ck_payment_stop_reason"))
        connection.execute(
            text(f"alter table payment_stop add constraint ck_payment_stop_reason check ({was})")
        )
    else:
        sqlite_schema.reword(connection, "payment_stop", {was.replace(")", ",'RESTORED')"): was})


def before_0031(connection: Connection) -> None:
    """Lead the books back to what revision 0031 found."""
    before_0032(connection)
    connection.execute(
        text(
            "create table document_handler (invoice_id integer not null references invoice (id),"
            " person varchar(80) not null, constraint pk_document_handler primary key (invoice_id, person))"
        )
    )
    connection.execute(
        text("insert into document_handler select distinct invoice_id, person from document_decision")
    )
    for table in ("document_decision", "account_confirmation", "account_held", "staff_change"):
        connection.execute(text(f"drop table {table}"))
    connection.execute(text("alter table account drop column vouched_by"))


def before_0030(connection: Connection) -> None:
    """Lead the books back to what revision 0030 found."""
    before_0031(connection)
    for table, column in (("inbox", "taken"), ("lane", "taken"), ("outbox", "asked"), ("mail", "taken")):
        connection.execute(text(f"alter table {table} drop column {column}"))


def before_0029(connection: Connection) -> None:
    """Lead the books back to what revision 0029 found."""
    before_0030(connection)
    connection.execute(text("drop table linked_line"))


def before_0028(connection: Connection) -> None:
    """Lead the books back to what revision 0028 found."""
    before_0029(connection)
    for table in ("invoice_order", "portal_document_order"):
        connection.execute(text(f"drop table {table}"))


def before_0024(connection: Connection) -> None:
    """Lead the books back to what revision 0024 found."""
    before_0027(connection)
    for table in ("expected_credit", "partial_credit_line", "partial_credit", "line_share"):
        connection.execute(text(f"drop table {table}"))
    connection.execute(text("drop index ix_invoice_open"))
    columns = "state, document_type, received_on, id, codes, amount_payable, currency, supplier"
    states = "state in ('IN_QUESTION', 'PARKED', 'HELD', 'CREDIT_REQUESTED')"
    connection.execute(text(f"create index ix_invoice_open on invoice ({columns}) where {states}"))
    for column in ("credited_net", "credited_payable"):
        connection.execute(text(f"alter table invoice drop column {column}"))
    connection.execute(text("alter table invoice_part drop column credited_net"))
    connection.execute(text("alter table line_account drop column quantity_shared"))


def before_0027(connection: Connection) -> None:
    """Lead the books back to what revision 0027 found."""
    before_0028(connection)
    connection.execute(text("alter table owed_answer drop column said"))


def before_0012(connection: Connection) -> None:
    """Lead the books back to what revision 0012 found."""
    before_0013(connection)
    for table in ("placement", "purchase_order"):
        connection.execute(text(f"alter table {table} drop column service"))
    checks = {
        ("placement", "level"): ("level <> ''", "level in ('A','B','C')"),
        ("placement_period", "ordinal"): ("ordinal >= 1", "ordinal in (1, 2)"),
    }
    if connection.dialect.name == "postgresql":
        for (table, column), (_, before) in checks.items():
            name = f"ck_{table}_{column}"
            connection.execute(text(f"alter table {table} drop constraint {name}"))
            connection.execute(text(f"alter table {table} add constraint {name} check ({before})"))
        return
    levels = {
        "level VARCHAR(20)": "level VARCHAR(1)",
        "CHECK (level <> '')": "CHECK (level in ('A','B','C'))",
    }
    sqlite_schema.reword(connection, "placement", levels)
    ordinals = {"CHECK (ordinal >= 1)": "CHECK (ordinal in (1, 2))"}
    sqlite_schema.reword(connection, "placement_period", ordinals)


def before_0018(connection: Connection) -> None:
    """Lead the books back to what revision 0018 found."""
    before_0019(connection)
    connection.execute(text("drop table informative_report"))
    connection.execute(text("alter table inbound_event drop column as_history"))
    connection.execute(text("drop index ix_periodic_report_check_pending"))
    connection.execute(text("alter table periodic_report drop column check_pending"))
    connection.execute(text("alter table payment_stop drop column lift_asked_at"))


def before_0014(connection: Connection) -> None:
    """Lead the books back to what revision 0014 found."""
    before_0016(connection)
    for table in ("outbound_event", "outbound_feed", "machine_key"):
        connection.execute(text(f"drop table {table}"))


def before_0013(connection: Connection) -> None:
    """Lead the books back to what revision 0013 found."""
    before_0014(connection)
    for table in ("buyer_participant", "buyer_host", "installation_buyer"):
        connection.execute(text(f"drop table {table}"))


def before_0011(connection: Connection) -> None:
    """Lead the books back to what revision 0011 found."""
    before_0012(connection)
    for index in ("ix_placement_follows", "ix_planned_order_order_number"):
        connection.execute(text(f"drop index {index}"))
    indexes = {
        ("purchase_order", "uq_purchase_order_outcome", "occasion"): "article <> 'BASIC'",
        ("planned_order", "uq_planned_order_once", "outcome_number"): "state <> 'DROPPED'",
    }
    for (table, index, column), where in indexes.items():
        connection.execute(text(f"drop index {index}"))
        connection.execute(text(f"alter table {table} drop column {column}"))
        key = "execution_reference, article, stage, code"
        connection.execute(text(f"create unique index {index} on {table} ({key}) where {where}"))
    connection.execute(text("alter table interruption drop column back_on"))
    for column in ("reason_sv", "reason_en", "kind", "ended_on", "alarmed_at"):
        connection.execute(text(f"alter table planned_order drop column {column}"))
    connection.execute(text("alter table planned_order add column reason text default '' not null"))


def before_0008(connection: Connection) -> None:
    """Lead the books back to what revision 0008 found."""
    before_0011(connection)
    connection.execute(text("alter table periodic_report drop column counts_to"))
    connection.execute(text("drop table payment_stop"))
    connection.execute(text("alter table placement add column ends_on_latest date"))
    connection.execute(text("drop index ix_placement_period_odd_start"))
    connection.execute(text("alter table placement_period drop column start_by"))
    connection.execute(text("alter table line_account drop column closed_on"))
    check = (
        "CONSTRAINT ck_interruption_not_retroactive"
        " CHECK (registered_on <= effective_on or reason = 'PROVIDER_CHANGE')"
    )
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"alter table interruption add {check}"))
    else:
        sqlite_schema.reword(connection, "interruption", {"\n)": f", \n\t{check}\n)"})


def before_0016(connection: Connection) -> None:
    """Lead the books back to what revision 0016 found."""
    before_0018(connection)
    # The policies that ask for the column fall with it, and are made again when the books are brought up to date.
    falls = " cascade" if connection.dialect.name == "postgresql" else ""
    connection.execute(text(f"alter table placement drop column address_id{falls}"))
    connection.execute(text("drop table account_address"))
    for table in ("unit_tutor", "objection_point", "order_objection"):
        connection.execute(text(f"drop table {table}"))


def before_0032(connection: Connection) -> None:
    """Lead the books back to what revision 0032 found; columns for sealed secrets stay as wide as they are."""
    before_0034(connection)
    for table in ("known_device", "guessed_account"):
        connection.execute(text(f"drop table {table}"))
