"""Every table there is, gathered from the folders that own them, and the database opened as it is."""

from pathlib import Path
from typing import Final

from sqlalchemy import MetaData, Table

from accounts import tables as account_tables
from accounts.api_clients import tables as client_tables
from accounts.notifications import tables as notification_tables
from accounts.openid import tables as openid_tables
from accounts.passkeys import tables as passkey_tables
from audit import tables as audit_tables
from billing.migrations.revisions import refuse_other
from bookkeeping import tables as bookkeeping_tables
from foundation import tables as foundation_tables
from foundation.database import Database, DatabaseUnusable, utc_now
from foundation.engines.options import DatabaseOptions
from foundation.errors import Refused
from foundation.periods import Clock
from foundation.text import Text
from invoicing.claims import tables as claim_tables
from invoicing.conversation import tables as conversation_tables
from invoicing.decisions import tables as decision_tables
from invoicing.documents import tables as document_tables
from invoicing.flow_test import tables as flow_test_tables
from invoicing.payment import tables as payment_tables
from invoicing.payment_control import tables as control_tables
from invoicing.portal_invoicing import tables as portal_tables
from invoicing.reconciliation import tables as reconciliation_tables
from invoicing.responses import tables as response_tables
from invoicing.supplier_changes import tables as change_tables
from operations import tables as job_tables
from operations.background import tables as background_tables
from operations.buyers import tables as buyer_tables
from operations.event_feed import feed
from operations.event_feed import tables as feed_tables
from operations.idempotency import tables as idempotency_tables
from operations.mail import tables as mail_tables
from operations.register_loads import tables as register_load_tables
from operations.supplier_exports import tables as own_data_tables
from operations.webhooks import tables as webhook_tables
from orders.objections import tables as objection_tables
from orders.placements.informative import informative_tables
from orders.tutors import tutor_tables
from peppol.exchange import directory_tables
from peppol.exchange import tables as exchange_tables
from peppol.exchange.bodies import tables as body_tables
from supplier_portal.queries import tables as visit_tables

METADATAS: tuple[MetaData, ...] = (exchange_tables.metadata, foundation_tables.metadata)
JOINED: Final[tuple[Table, ...]] = (
    directory_tables.directory_doubt,
    body_tables.inbox_body,
    document_tables.invoice,
    conversation_tables.document_message,
    response_tables.peer_answer,
    portal_tables.portal_document,
    change_tables.change_request,
    flow_test_tables.test_document,
    decision_tables.desk_item,
    audit_tables.disposal,
    bookkeeping_tables.voucher,
    payment_tables.payment_proposal,
    claim_tables.claim,
    reconciliation_tables.statement_sum,
    control_tables.control_data,
    tutor_tables.tutor_assignment,
    informative_tables.informative_report,
    objection_tables.order_objection,
    visit_tables.portal_visit,
    account_tables.account,
    client_tables.api_client,
    idempotency_tables.idempotent_reply,
    register_load_tables.register_load,
    own_data_tables.supplier_export,
    openid_tables.identity,
    passkey_tables.passkey,
    notification_tables.notification,
    mail_tables.mail,
    job_tables.job_run,
    background_tables.background_task,
    buyer_tables.installation_buyer,
    feed_tables.outbound_event,
    webhook_tables.webhook_endpoint,
)
"""One table of each module of tables: naming it lets all of that module's tables join the description."""


feed.follow_journal()


def open_database(
    url: str,
    *,
    clock: Clock = utc_now,
    unwritable: Refused | None = None,
    options: DatabaseOptions | None = None,
) -> Database:
    """The database at `url`, as it is; `migrate.open_migrated` makes and brings up to date. Raises DatabaseUnusable.

    `unwritable` is why nothing in it may change. SQLite would make an empty file of a mistyped address; here that is
    told instead.
    """
    database = Database(url, clock=clock, unwritable=unwritable, options=options)
    database.refuse_other = refuse_other
    file = database.url.database
    if database.is_sqlite and file and file != ":memory:" and not Path(file).exists():
        database.close()
        raise DatabaseUnusable(
            Text(
                "Det finns ingen databas i %(file)s. Kontrollera adressen, eller kör först: billing init",
                file=file,
            )
        )
    return database
