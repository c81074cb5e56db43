"""Stories of verdicts whose books are held whole at their end, beside what each story asks itself."""

import re
from collections.abc import Iterator

import pytest

from tests.support.books_told import are_golden
from tests.support.stories.system import System


@pytest.fixture
def books_as_agreed(request: pytest.FixtureRequest, system: System) -> Iterator[None]:
    """At the story's end every row says what the golden file tells of it: who acts, what is answered, which day."""
    yield
    story = " ".join(re.sub(r"[\[\]]|sqlite-?|postgresql-?", " ", request.node.name).split())
    are_golden(system, f"{request.node.module.__name__.rpartition('.')[2]} {story}", "verdicts-told.txt")
