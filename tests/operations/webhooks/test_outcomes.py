"""What follows on an attempt: who rests, who is given up, and who is disabled; pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.webhooks.connecting import Answer
from operations.webhooks.model import (
    GIVEN_UP_AFTER,
    IN_A_ROW,
    REST_MOST,
    RESTS,
    DisabledFor,
    Endpoint,
    EndpointState,
    MessageState,
    WebhookMessage,
)
from operations.webhooks.outcomes import Outcome, outcome_of

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
ENDPOINT = Endpoint(
    1, "5599991014", "A", "https://a.example/", None, (), None, EndpointState.ACTIVE, 0, 1, NOW, "user-1",
    0, None, None, None, None, "", None, None,
)  # fmt: skip
MESSAGE = WebhookMessage(
    1, 1, 1, "one", "order.placed", "100000101", NOW, "{}", MessageState.WAITING, 0, None, None, None
)
SILENT = Answer(None, "TIMED_OUT", 10_000)


def answered(status: int, retry_after: str = "") -> Answer:
    return Answer(status, "", 5, "", retry_after)


answers = st.one_of(
    st.just(SILENT),
    st.builds(
        answered,
        st.integers(100, 599).filter(lambda each: each != 410),
        st.sampled_from(["", "60", "999999", "soon", "Thu, 01 Jan 1970 00:00:00 GMT"]),
    ),
)


@given(
    answers,
    st.integers(0, 40),
    st.integers(0, 20),
    st.timedeltas(timedelta(), timedelta(days=10)),
    st.booleans(),
)
def test_whatever_is_answered_nothing_is_lost_and_nobody_is_hurried(
    answer: Answer, attempts: int, failures: int, age: timedelta, came_through: bool
) -> None:
    began = NOW - age
    message = replace(MESSAGE, attempts=attempts, first_tried_at=began if attempts else None)
    delivered = NOW if came_through else None
    endpoint = replace(
        ENDPOINT, failures=failures, failing_since=began if failures else None, delivered_at=delivered
    )
    outcome = outcome_of(endpoint, message, answer, now=NOW)
    is_success = answer.status is not None and 200 <= answer.status < 300
    assert (outcome.state is MessageState.DELIVERED) == is_success
    if outcome.state is MessageState.FAILED:
        # It is given up alone, late, and while others come through.
        assert came_through
        assert age >= GIVEN_UP_AFTER
        assert outcome.disabled is None
    if outcome.disabled is not None:
        assert (outcome.state, came_through) == (MessageState.WAITING, False)
    if outcome.state is MessageState.WAITING and outcome.disabled is None:
        assert outcome.due_at is not None
        assert NOW + RESTS.steps[0] <= outcome.due_at <= NOW + max(REST_MOST, RESTS.steps[-1])
    if outcome.rests_until is not None:
        assert NOW <= outcome.rests_until <= NOW + REST_MOST


def test_one_answer_that_is_wrong_rests_the_message_and_several_the_endpoint() -> None:
    first = outcome_of(ENDPOINT, MESSAGE, answered(500), now=NOW)
    assert first == Outcome(MessageState.WAITING, due_at=NOW + RESTS.steps[0])
    failing = replace(ENDPOINT, failures=IN_A_ROW - 1, failing_since=NOW)
    assert outcome_of(failing, MESSAGE, answered(500), now=NOW).rests_until == NOW + RESTS.steps[0]
    assert outcome_of(ENDPOINT, MESSAGE, SILENT, now=NOW).rests_until == NOW + RESTS.steps[0]


@pytest.mark.parametrize(
    ("came_through", "expected"),
    [
        (None, (MessageState.WAITING, DisabledFor.FAILING)),
        (NOW - GIVEN_UP_AFTER - timedelta(hours=1), (MessageState.WAITING, DisabledFor.FAILING)),
        (NOW - timedelta(hours=1), (MessageState.FAILED, None)),
    ],
)
def test_after_three_days_it_is_the_message_or_the_receiver(
    came_through: datetime | None, expected: tuple[MessageState, DisabledFor | None]
) -> None:
    message = replace(MESSAGE, attempts=20, first_tried_at=NOW - GIVEN_UP_AFTER)
    outcome = outcome_of(replace(ENDPOINT, delivered_at=came_through), message, answered(500), now=NOW)
    assert (outcome.state, outcome.disabled) == expected
