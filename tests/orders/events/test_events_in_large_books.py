"""An event is applied as quickly in large books as in small ones: what it asks of them is found by itself."""

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, time
from pathlib import Path

from billing.migrations.migrate import open_migrated
from billing.tools.demo.story import read_story
from billing.tools.demo.story_folder import story_folder
from operations.event_loading import load_events, place_due_orders
from orders.register import store as register_store
from orders.register.files import read_register
from tests.support import plans

FEW: Mapping[str, str] = {
    "SEARCH invoice USING INDEX ix_invoice_state (state=?)": "what is in question, for an order that may have come",
    "SEARCH planned_order USING INDEX ix_planned_order_due (state=? AND due_on<?)": "what waits and whose day has come",
}


def test_no_event_of_the_demo_has_the_books_gone_through(tmp_path: Path) -> None:
    """Decisions, reports, results, interruptions and changes of supplier, with the orders that come due."""
    story = read_story(story_folder())
    today = min(story.events)

    def clock() -> datetime:
        return datetime.combine(today, time(8), UTC)

    with closing(open_migrated(f"sqlite:///{tmp_path / 'books.sqlite'}", clock=clock)) as database:
        with database.writing() as session:
            register = read_register([story_folder() / "register"])
            register_store.save(session, register, at=clock(), actor="test")
        applied = 0
        with plans.questions() as put:
            for today, lines in sorted(story.events.items()):
                applied += load_events(database, lines).applied
                place_due_orders(database, today=today)
        assert applied > 150
        assert plans.gone_through(database.engine, put, few=FEW) == []
