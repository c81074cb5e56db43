"""What is asked about all the documents of a large payment run is asked whatever their number: 65,535 is no limit."""

from collections.abc import Callable

import pytest

from billing.migrations.migrate import open_migrated
from bookkeeping import ledger_answer_store
from foundation.sql import Session
from invoicing.claims import claim_store
from invoicing.claims.claim_states import STANDING
from invoicing.decisions import protected_store
from invoicing.documents import store as document_store

IDS = range(1, 70_001)
NUMBERS = [str(each) for each in IDS]

QUESTIONS: dict[str, Callable[[Session], object]] = {
    "documents handled apart": lambda session: protected_store.among(session, IDS),
    "messages handled apart": lambda session: protected_store.messages_among(session, IDS),
    "numbers that may be shown": lambda session: protected_store.numbers_shown(session, NUMBERS),
    "open claims": lambda session: claim_store.open_amounts(session, IDS, STANDING),
    "judgements": lambda session: document_store.latest_matches(session, IDS),
    "what the ledger told": lambda session: ledger_answer_store.told(session, NUMBERS),
    "vouchers known": lambda session: ledger_answer_store.known(session, NUMBERS),
    "vouchers": lambda session: ledger_answer_store.vouchers(session, NUMBERS),
}


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_seventy_thousand_are_asked_for_together(database_url: str) -> None:
    database = open_migrated(database_url)
    try:
        for name, ask in QUESTIONS.items():
            with database.reading() as session:
                assert not ask(session), name
    finally:
        database.close()
