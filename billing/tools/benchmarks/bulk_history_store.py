"""What `bulk_world_store` leaves out, for books of years: messages of ours and attempts, reports, and the journal.

With it every invariant of `billing check` holds. The journal's rows lie in the order of time and carry the hashes of
their chains, one for each execution reference. The feed begins after them: they were never told.
"""

from typing import Final

_MESSAGES: Final = """
CREATE TEMPORARY TABLE sent AS
SELECT 'order' AS kind, order_number AS document_id, 'order ' || order_number AS about, supplier,
       (starts_on - 7)::date AS on_day FROM fate WHERE j = 0
UNION ALL
SELECT 'invoice-response', id || '-' || CASE what WHEN 'WRONG' THEN 'RE' ELSE 'AP' END, 'invoice ' || id, supplier,
       came_on FROM document
UNION ALL
SELECT 'invoice-response', id || '-PD', 'invoice ' || id, supplier, came_on + 30 FROM document
WHERE what = 'RIGHT' AND came_on + 30 <= :today
"""

_HAPPENED: Final = """
CREATE TEMPORARY TABLE happened AS
SELECT (SELECT max(sequence) FROM journal) + row_number() OVER (ORDER BY on_day, reference, step) AS sequence, * FROM (
  SELECT reference, (starts_on - 7)::date AS on_day, 1 AS step, 'system' AS actor, 'order.placed' AS action,
         'order ' || order_number AS subject,
         json_build_object('amount', '11970.00', 'article', article, 'decision', 'B' || reference)::text AS detail
  FROM fate WHERE j = 0
  UNION ALL
  SELECT reference, (starts_on - 7)::date, 2, 'system', 'placement.decided', 'placement ' || reference,
         json_build_object('decision', 'B' || reference, 'handling', 'ORDERED')::text FROM fate WHERE j = 0
  UNION ALL
  SELECT reference, received_on - 1, 3, 'user-21', 'report.filed',
         'report ' || reference || ' ' || to_char(starts_on, 'YYYY-MM') || ' v1', '{}' FROM fate WHERE is_received
  UNION ALL
  SELECT reference, received_on, 4, 'user-31', 'report.approved',
         'report ' || reference || ' ' || to_char(starts_on, 'YYYY-MM') || ' v1', '{}' FROM fate WHERE is_received
  UNION ALL
  SELECT reference, received_on, 5, 'system', 'receipt.made', 'order line ' || order_number || '/' || line_id,
         json_build_object('amount', received, 'quantity', days || ' DAY')::text FROM fate WHERE is_received
  UNION ALL
  SELECT reference, came_on, 6, 'system', 'invoice.received',
         CASE what WHEN 'CREDIT' THEN 'credit_note ' ELSE 'invoice ' END || id,
         json_build_object('codes', '', 'letter', id::text, 'state', CASE what WHEN 'CREDIT' THEN 'SETTLED'
                           WHEN 'WRONG' THEN 'IN_QUESTION' ELSE 'ACCEPTED' END)::text FROM document
  UNION ALL
  SELECT wrong.reference, credit.came_on, 7, 'system', 'invoice.credited', 'invoice ' || wrong.id,
         json_build_object('credit', credit.id::text, 'was', 'IN_QUESTION')::text
  FROM document AS wrong JOIN document AS credit ON credit.k = wrong.k AND credit.j = wrong.j
  WHERE wrong.what = 'WRONG' AND credit.what = 'CREDIT'
  UNION ALL
  SELECT reference, came_on + 30, 8, 'user-2', 'invoice.paid', 'invoice ' || id,
         json_build_object('amount', round(net * 1.25, 2), 'prepared_by', 'user-1', 'state', 'PAID')::text
  FROM document WHERE what = 'RIGHT' AND came_on + 30 <= :today
) AS all_of_it
"""
_JOURNAL: Final = """
INSERT INTO journal (sequence, at, actor, action, subject, execution_reference, detail, chain, position, hash)
SELECT sequence, at, actor, action, subject, reference, detail, chain, position, hash FROM (
  SELECT *, pg_temp.chained(content) OVER (PARTITION BY reference ORDER BY position) AS hash FROM (
    SELECT *, format(CAST(:journal_row AS text), action, actor, at, chain, to_json(detail), reference, position,
                     subject) AS content
    FROM (SELECT *, on_day || 'T11:00:00.000000+00:00' AS at, 'case ' || reference AS chain,
                 row_number() OVER (PARTITION BY reference ORDER BY sequence) AS position FROM happened) AS placed
  ) AS told
) AS hashed ORDER BY sequence
"""

STEPS: Final = (
    """INSERT INTO periodic_report (execution_reference, month, version, state, filed_on, filed_by, decided_on,
                                    decided_by)
       SELECT reference, to_char(starts_on, 'YYYY-MM'), 1, 'APPROVED', received_on - 1, 'user-21', received_on,
              'user-31' FROM fate WHERE is_received ORDER BY received_on, k""",
    _MESSAGES,
    """INSERT INTO outbox (instance_id, kind, document_id, sender, receiver, recipient, about, issued_on, sha256,
                           state, attempts, laid_at, sent_at, closed_at, outcome)
       SELECT md5(kind || document_id)::uuid::text, kind, document_id, '0007:2021002114', '0007:' || supplier,
              supplier, about, on_day, encode(sha256(about::bytea), 'hex'), 'DELIVERED', 1,
              on_day, on_day, on_day, 'ACCEPTED' FROM sent ORDER BY on_day, about""",
    """INSERT INTO outbox_body (letter, day, body)
       SELECT sequence, issued_on, convert_to(about, 'UTF8') FROM outbox ORDER BY sequence""",
    """INSERT INTO attempt (letter, number, started_at, ended_at, access_point, outcome)
       SELECT sequence, 1, laid_at, laid_at, 'folder', 'ACCEPTED' FROM outbox ORDER BY sequence""",
    "DROP TABLE sent",
    _HAPPENED,
    """CREATE FUNCTION pg_temp.chain_on(text, text) RETURNS text IMMUTABLE LANGUAGE sql AS
       $$ SELECT encode(sha256(convert_to($1 || E'\\n' || $2, 'UTF8')), 'hex') $$""",
    """CREATE AGGREGATE pg_temp.chained(text)
       (sfunc = pg_temp.chain_on, stype = text,
        initcond = '0000000000000000000000000000000000000000000000000000000000000000')""",
    _JOURNAL,
    "DROP TABLE happened",
    """INSERT INTO journal_chain (chain, position, hash)
       SELECT DISTINCT ON (chain) chain, position, hash FROM journal WHERE chain LIKE 'case %'
       ORDER BY chain, position DESC""",
    "SELECT setval('journal_sequence', (SELECT max(sequence) FROM journal))",
    "UPDATE outbound_feed SET begins_after = (SELECT max(sequence) FROM journal)",
)
"""The steps of it, for `bulk_world_store.fill`."""
