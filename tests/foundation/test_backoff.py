"""The rests after failures, each as it is written down where it is explained to people."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from accounts.guessing.rate_limit import MAILS, ONE_CLIENT, ONE_NAME
from foundation.backoff import TRIES, Ladder
from operations.mail.delivery import MAIL_TRIES
from peppol.exchange.circuit_breaker import PROBES
from peppol.exchange.sending import ASKING

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@pytest.mark.parametrize(
    ("rest", "seconds"),
    [
        (TRIES.rest_after, [MINUTE, 5 * MINUTE, 30 * MINUTE, 4 * HOUR, None, None]),
        (PROBES.rest_without_end, [MINUTE, 5 * MINUTE, 15 * MINUTE, 15 * MINUTE, 15 * MINUTE]),
        (MAIL_TRIES.rest_after, [*(each * MINUTE for each in (2, 4, 8, 16, 32, 64, 128)), None, None]),
        (ONE_NAME.wait_after, [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]),
        (ONE_CLIENT.wait_after, [*[0] * 39, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]),
        (MAILS.wait_after, [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]),
    ],
    ids=["letters and jobs", "probes", "mails", "one name", "one client", "mails asked for"],
)
def test_each_failure_rests_as_long_as_its_ladder_says(
    rest: Callable[[int], timedelta | None], seconds: Sequence[int | None]
) -> None:
    rests = [rest(failures) for failures in range(1, len(seconds) + 1)]
    assert rests == [None if each is None else timedelta(seconds=each) for each in seconds]


@pytest.mark.parametrize(
    ("elapsed", "seconds"),
    [
        (0, MINUTE),
        (MINUTE, MINUTE),
        (2 * MINUTE, 2 * MINUTE),
        (11 * HOUR, 11 * HOUR),
        (DAY, 12 * HOUR),
        (14 * DAY, 12 * HOUR),
        (14 * DAY + 1, None),
    ],
)
def test_the_longer_a_letter_is_on_its_way_the_less_often_we_ask_until_we_ask_no_more(
    elapsed: int, seconds: int | None
) -> None:
    rest = ASKING.rest_after(timedelta(seconds=elapsed))
    assert rest == (None if seconds is None else timedelta(seconds=seconds))


def test_a_doubling_ladder_ends_with_its_longest_rest_also_where_that_is_no_double() -> None:
    assert Ladder.doubling(timedelta(1), timedelta(1)).steps == (timedelta(1),)
    assert [each.days for each in Ladder.doubling(timedelta(1), timedelta(6)).steps] == [1, 2, 4, 6]
