"""A return that was told wrongly is put right by a new interruption, and what was dropped for it is approved anew."""

from datetime import date

from operations import event_loading
from orders.events import store as event_store
from orders.events.store import EventState
from orders.terms import ArticleKind
from tests.support.stories.system import a_system, interruption, outcome

OURS = "100000101"
LEFT_ON, BACK_ON = date(2026, 3, 13), date(2026, 4, 1)


def test_a_return_that_never_was_is_put_right_by_an_interruption_the_day_before_it(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide(OURS, start=date(2026, 1, 1))
        system.interrupt(OURS, on=LEFT_ON, reason="WORK")
        approved = outcome(OURS, started_on=date(2026, 3, 16))
        system.must("outcome.approved", approved, on=date(2026, 3, 20))
        system.must(
            "placement.resumed", {"execution_reference": OURS, "resumed_on": str(BACK_ON)}, on=BACK_ON
        )
        wrong_on = date(2026, 4, 2)
        told = interruption(OURS, wrong_on, date(2026, 3, 31))
        assert "kept aside" in system.refuses("interruption.registered", told, on=wrong_on)
        with system.database.writing() as session:
            (kept,) = event_store.in_state(session, EventState.UNAPPLIABLE)
            event_loading.apply_by_hand(session, kept.sequence, by="officer-1", today=wrong_on)
        # What was dropped for the return is approved anew, and no day after 13 March is paid.
        system.must("outcome.approved", approved, on=wrong_on)
        event_loading.place_due_orders(system.database, today=date(2026, 7, 1))
        assert [each.stage for each in system.orders(OURS, ArticleKind.RESULT)] == ["R1"]
        system.report(OURS, "2026-03", on=date(2026, 4, 3))
        assert system.days_received(OURS) == ["-", "-", "10", "-", "-", "-"]
