"""A large world made in the database itself: millions of order lines with receipts, invoices, credits and payments.

For measuring only, on an empty PostgreSQL database. Everything that sums is honest: each line's account is what
its receipts and invoices add up to, each credit is of one invoice in full, each payment of an accepted one,
numbers have no gaps. Every document came in a message, every placement and report in an event, and some of these
lie aside. What no list and no sum looks at is left out: the journal, and the texts of messages and invoices.

One placement in six lines of a month each; 92 of a hundred lines are received, some of them in part; 97 of a
hundred receipts are invoiced; of those one in twenty first wrongly, which is credited or still in question. Rows lie
in the order they came, as they do where they come one by one.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime

from sqlalchemy import text

from billing.tools.benchmarks import bulk_documents, bulk_register
from foundation.database import Database
from foundation.engines import postgresql
from foundation.sql import Session
from invoicing.reconciliation import sum_store
from orders.register import store as register_store

#: The day the world stands at.
TODAY = date(2026, 11, 21)
#: The execution reference before the first one.
FIRST_REFERENCE = 300_000_000

# Each line with its fate, as a table that the rest is made from. `k` is the placement, `j` the month of six; there
# are 150 suppliers and 81 delivery areas, and placements begin in the 29 months from January 2024.
_FATES = """
CREATE TEMPORARY TABLE fate AS
SELECT k, j,
       (2100000000 + k)::text AS order_number,
       lpad((j + 1)::text, 3, '0') AS line_id,
       (300000000 + k)::text AS reference,
       (CAST(:suppliers AS text[]))[k % 150 + 1] AS supplier,
       'LO-' || lpad((k % 81)::text, 2, '0') AS area,
       CASE WHEN k % 23 = 0 THEN 'SUPPLEMENTARY' ELSE 'BASIC' END AS article,
       starts_on,
       (starts_on + interval '1 month' - interval '1 day')::date AS ends_on,
       (k * 31 + j * 17) % 100 < 92 AS is_received,
       CASE WHEN (k + j) % 10 = 3 THEN 1330.00 ELSE 1995.00 END::numeric(18, 2) AS received,
       CASE WHEN (k + j) % 10 = 3 THEN 14 ELSE 21 END::numeric(18, 4) AS days,
       (starts_on + interval '1 month')::date + ((k + j) % 8)::int AS received_on,
       (k * 7 + j * 13) % 100 < 97 AS is_invoiced,
       (k * 11 + j * 3) % 20 = 0 AS is_first_wrong,
       (k * 11 + j * 3) % 100 <> 0 AS is_corrected
FROM (
  SELECT k, j, (CAST(:since AS date) + ((k - 1) * :months / :placements + j) * interval '1 month')::date AS starts_on
  FROM generate_series(1::bigint, :placements) AS k, generate_series(0, 5) AS j
) AS lines
"""

_DOCUMENTS = """
CREATE TEMPORARY TABLE document AS
SELECT row_number() OVER (ORDER BY came_on, k, what) AS id, * FROM (
  SELECT fate.*, 'RIGHT' AS what, received AS net, received_on + 3 + (k % 5)::int AS came_on FROM fate
  WHERE is_received AND is_invoiced AND (NOT is_first_wrong OR is_corrected)
  UNION ALL
  SELECT fate.*, 'WRONG', received + 95.00, received_on + 1 FROM fate
  WHERE is_received AND is_invoiced AND is_first_wrong
  UNION ALL
  SELECT fate.*, 'CREDIT', received + 95.00, received_on + 2 FROM fate
  WHERE is_received AND is_invoiced AND is_first_wrong AND is_corrected
) AS all_of_them
"""

_STEPS = (
    _FATES,
    _DOCUMENTS,
    "CREATE INDEX ON document (k, j)",
    """INSERT INTO placement (execution_reference, supplier, contract_id, unit_id, unit, delivery_area, level,
                              handling, state, follows)
       SELECT reference, supplier, 'AVT-' || supplier, 'UV-' || supplier,
              json_build_object('id', 'UV-' || supplier, 'supplier', supplier, 'name', 'Enhet ' || supplier,
                                'address', CAST(:address AS json))::text,
              area, 'C', 'ORDERED', 'DECIDED', '' FROM fate WHERE j = 0""",
    """INSERT INTO placement_period (execution_reference, ordinal, decision_id, decided_on, starts_on, ends_on,
                                     order_number)
       SELECT reference, 1, 'B' || reference, starts_on - 7, starts_on,
              (starts_on + interval '6 months' - interval '1 day')::date, order_number FROM fate WHERE j = 0""",
    """INSERT INTO purchase_order (number, article, stage, code, execution_reference, decision_id, supplier,
                                   contract_id, unit_id, delivery_area, price_list_id, day_convention, currency,
                                   starts_on, ends_on, issued_on, amount)
       SELECT order_number, article, '', '', reference, 'B' || reference, supplier, 'AVT-' || supplier,
              'UV-' || supplier, area, 'BULK', 'WORKDAYS', 'SEK', starts_on,
              (starts_on + interval '6 months' - interval '1 day')::date, starts_on - 7, 11970.00
       FROM fate WHERE j = 0""",
    """INSERT INTO order_line (order_number, line_id, article_number, article_name, unit, quantity, price, amount,
                               starts_on, ends_on)
       SELECT order_number, line_id, '166', 'Grundersättning', 'DAY', 21, 95, 1995.00, starts_on, ends_on
       FROM fate""",
    """INSERT INTO receipt (order_number, line_id, execution_reference, month, report_version, quantity, amount,
                            starts_on, ends_on, received_on, reverses)
       SELECT order_number, line_id, reference, to_char(starts_on, 'YYYY-MM'), 1, days, received, starts_on,
              ends_on, received_on, NULL FROM fate WHERE is_received ORDER BY received_on, k""",
    """INSERT INTO invoice (id, letter_id, document_type, type_code, supplier, number, issued_on, received_on,
                            pays_on, currency, order_number, execution_reference, endpoint, amount_net, amount_vat,
                            amount_payable, content, state, codes, answered, paid_on)
       SELECT id, id, CASE what WHEN 'CREDIT' THEN 'CREDIT_NOTE' ELSE 'INVOICE' END,
              CASE what WHEN 'CREDIT' THEN '381' ELSE '380' END, supplier,
              CASE what WHEN 'RIGHT' THEN 'F' WHEN 'WRONG' THEN 'X' ELSE 'K' END || k || '-' || j,
              came_on, came_on, came_on + 30, 'SEK', order_number, reference, '0007:' || supplier,
              net, round(net * 0.25, 2), round(net * 1.25, 2),
              format(CAST(:content AS text), CASE what WHEN 'CREDIT' THEN 'CREDIT_NOTE' ELSE 'INVOICE' END,
                     CASE what WHEN 'CREDIT' THEN '381' ELSE '380' END,
                     CASE what WHEN 'RIGHT' THEN 'F' WHEN 'WRONG' THEN 'X' ELSE 'K' END || k || '-' || j, came_on,
                     CASE what WHEN 'CREDIT' THEN 'null' ELSE to_json(came_on + 30)::text END, supplier, order_number,
                     reference, CASE what WHEN 'CREDIT' THEN json_build_array(json_build_object('number',
                     'X' || k || '-' || j, 'issued_on', came_on - 1))::text ELSE '[]' END, line_id,
                     (net / 95)::numeric(18, 2), net, round(net * 0.25, 2), round(net * 1.25, 2), starts_on, ends_on),
              CASE what WHEN 'CREDIT' THEN 'SETTLED'
                        WHEN 'WRONG' THEN CASE WHEN is_corrected THEN 'CREDITED' ELSE 'IN_QUESTION' END
                        ELSE CASE WHEN came_on + 30 <= :today THEN 'PAID' ELSE 'ACCEPTED' END END,
              CASE what WHEN 'WRONG' THEN CASE WHEN k % 3 = 0 THEN 'PRICE' ELSE 'QUANTITY' END ELSE '' END,
              CASE what WHEN 'WRONG' THEN 'RE' WHEN 'CREDIT' THEN 'AP'
                        ELSE CASE WHEN came_on + 30 <= :today THEN 'PD' ELSE 'AP' END END,
              CASE WHEN what = 'RIGHT' AND came_on + 30 <= :today THEN came_on + 30 END
       FROM document ORDER BY id""",
    """INSERT INTO invoice_part (invoice_id, position, order_number, line_id, amount_net)
       SELECT id, 1, order_number, line_id, net FROM document WHERE what <> 'CREDIT'""",
    """INSERT INTO inbox (id, transport_id, sha256, size, received_on, received_at, state, kind, business_key)
       SELECT id, 'bulk-' || id, encode(sha256(id::text::bytea), 'hex'), length(id::text),
              came_on, came_on, 'HANDLED',
              CASE what WHEN 'CREDIT' THEN 'credit-note' ELSE 'invoice' END, 'bulk ' || id
       FROM document ORDER BY id""",
    """INSERT INTO inbox (id, transport_id, sha256, size, received_on, received_at, state, reason)
       SELECT (SELECT max(id) FROM document) + id / 5000, 'bulk-aside-' || id,
              encode(sha256((-id)::text::bytea), 'hex'), length(id::text) + 1,
              came_on, came_on,
              CASE WHEN id % 2 = 0 THEN 'QUARANTINED' ELSE 'CONFLICT' END, 'BULK'
       FROM document WHERE id % 5000 = 0""",
    """INSERT INTO inbox_body (letter, day, body)
       SELECT id, received_on,
              convert_to(CASE WHEN transport_id LIKE 'bulk-aside-%' THEN '-' || substr(transport_id, 12)
                              ELSE substr(transport_id, 6) END, 'UTF8') FROM inbox ORDER BY id""",
    """INSERT INTO inbound_event (source, event_id, content_sha256, type, occurred_on, execution_reference, body,
                                  state, received_at)
       SELECT 'bulk', reference || '-' || j, encode(sha256((reference || j)::bytea), 'hex'), 'report.approved',
              received_on, reference, '{}', CASE WHEN k % 5000 = 0 THEN 'UNAPPLIABLE' ELSE 'APPLIED' END, received_on
       FROM fate WHERE is_received ORDER BY received_on, k""",
    """INSERT INTO match_made (invoice_id, made_on, verdict, tree)
       SELECT id, came_on, CASE what WHEN 'WRONG' THEN 'QUESTION' ELSE 'ACCEPT' END,
              CASE WHEN what <> 'WRONG' THEN :agrees WHEN k % 3 = 0 THEN :wrong_price ELSE :wrong_quantity END
       FROM document ORDER BY id""",
    """INSERT INTO credit_pair (credit_id, invoice_id, settled_on)
       SELECT credit.id, wrong.id, credit.came_on FROM document AS credit
       JOIN document AS wrong ON wrong.k = credit.k AND wrong.j = credit.j AND wrong.what = 'WRONG'
       WHERE credit.what = 'CREDIT'""",
    """INSERT INTO payment (number, invoice_id, supplier, amount, currency, paid_on, prepared_by, attested_by)
       SELECT (10000000 + row_number() OVER (ORDER BY came_on, id))::text, id, supplier, round(net * 1.25, 2),
              'SEK', came_on + 30, 'user-1', 'user-2'
       FROM document WHERE what = 'RIGHT' AND came_on + 30 <= :today""",
    """INSERT INTO line_account (order_number, line_id, quantity_ordered, quantity_received, amount_ordered,
                                 amount_received, amount_claimed, receipt_id, invoice_id, state)
       SELECT fate.order_number, fate.line_id, 21, CASE WHEN fate.is_received THEN fate.days ELSE 0 END,
              1995.00, CASE WHEN fate.is_received THEN fate.received ELSE 0 END,
              CASE WHEN document.what = 'RIGHT' THEN fate.received ELSE 0 END, receipt.id, document.id, 'OPEN'
       FROM fate
       LEFT JOIN receipt ON receipt.order_number = fate.order_number AND receipt.line_id = fate.line_id
       LEFT JOIN document ON document.k = fate.k AND document.j = fate.j
            AND (document.what = 'RIGHT' OR (document.what = 'WRONG' AND NOT document.is_corrected))""",
    "SELECT setval('purchase_order_number', 2100000000 + :placements)",
    "SELECT setval('payment_number', 10000001 + (SELECT count(*) FROM payment))",
    "SELECT setval(pg_get_serial_sequence('invoice', 'id'), (SELECT max(id) FROM invoice))",
    "SELECT setval(pg_get_serial_sequence('inbox', 'id'), (SELECT max(id) FROM inbox))",
)
_END = ("DROP TABLE document", "DROP TABLE fate")


def clock() -> datetime:
    """Noon of the day the world stands at."""
    return datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)


def fill(
    database: Database, *, lines: int, since: date = date(2024, 1, 1), history: Sequence[str] = ()
) -> None:
    """Make at least so many order lines, whole placements at a time, in one transaction; then let the planner look.

    Placements begin in the months from `since` to May 2026. `history` are more steps, while documents are at hand.
    The database must be PostgreSQL and hold nothing yet. Where the account may, foreign keys are not checked row
    by row: they follow from how the rows are made.
    """
    given = {
        "placements": -(-lines // 6),
        "today": TODAY,
        "suppliers": bulk_register.supplier_numbers(),
        "address": json.dumps(asdict(bulk_register.ADDRESS)),
        "since": since,
        "months": (2026 - since.year) * 12 + 6 - since.month,
        "content": bulk_documents.CONTENT,
        "journal_row": bulk_documents.JOURNAL_ROW,
        "agrees": bulk_documents.AGREES,
        "wrong_price": bulk_documents.WRONG_PRICE,
        "wrong_quantity": bulk_documents.WRONG_QUANTITY,
    }
    with database.writing() as session:
        register_store.save(session, bulk_register.register(), at=clock(), actor="bench")
    with database.engine.begin() as session:
        if session.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).scalar_one():
            session.execute(text("SET LOCAL session_replication_role = replica"))
        # Sorts of millions of rows, and statements that take minutes.
        session.execute(text("SET LOCAL work_mem = '256MB'"))
        postgresql.take_time(session)
        for step in (*_STEPS, *history, *_END):
            wanted = {name: value for name, value in given.items() if re.search(rf"[^:]:{name}\b", step)}
            session.execute(text(step), wanted)
        # No trigger noted any of it.
        sum_store.mark_all(session)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
        session.execute(text("VACUUM ANALYZE"))


def subjects(session: Session) -> Mapping[str, str]:
    """Somebody and something to ask about: the buyer, a supplier, an execution reference."""
    found = session.execute(
        text(
            "SELECT supplier, execution_reference FROM invoice WHERE state = 'IN_QUESTION' ORDER BY id LIMIT 1"
        )
    ).one()
    return {
        "buyer": bulk_register.register().buyer.organisation_number,
        "supplier": found.supplier,
        "reference": found.execution_reference,
    }
