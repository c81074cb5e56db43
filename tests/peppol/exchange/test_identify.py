"""What a refused message calls itself is looked up once; never more is kept of it than a list shows."""

from collections.abc import Iterator

import pytest

from foundation.apart.confined import Allowance, Excess, NoneFree, NotPrepared, WorkEnded, WorkFailed
from peppol.exchange import identify as identifying
from peppol.exchange.identify import Identified, identify
from peppol.identifiers import DocumentKind
from peppol.validation import apart

UBL = "urn:oasis:names:specification:ubl:schema:xsd"
UNKNOWN = Identified(None, "")


@pytest.fixture(autouse=True)
def nothing_is_known() -> Iterator[None]:
    identifying._IDENTIFIED.clear()
    yield
    identifying._IDENTIFIED.clear()


def invoice(number: str) -> bytes:
    basic = f"{UBL}:CommonBasicComponents-2"
    return f'<Invoice xmlns="{UBL}:Invoice-2"><ID xmlns="{basic}">{number}</ID></Invoice>'.encode()


def test_of_a_number_longer_than_any_in_the_books_the_beginning_is_told_and_kept() -> None:
    """A stranger's number may be megabytes long, and so many of them are remembered."""
    for number, shown in (("F-1", "F-1"), ("9" * 120, "9" * 120), ("9" * 900_000, "9" * 119 + "…")):
        assert identify(invoice(number)) == Identified(DocumentKind.INVOICE, shown)
    assert max(len(each.number) for each in identifying._IDENTIFIED.values()) == 120


@pytest.mark.parametrize(
    ("raised", "remembered"),
    [
        *((WorkEnded(each, Allowance(1, 1, 1)), each in (Excess.CPU, Excess.MEMORY)) for each in Excess),
        (WorkFailed("KeyError sender.py:1"), True),
        (NotPrepared("not prepared in time"), False),
        (NoneFree(), False),
    ],
    ids=lambda given: getattr(given, "excess", type(given).__name__) if isinstance(given, Exception) else "",
)
def test_what_was_interrupted_is_looked_at_again_and_what_costs_too_much_is_not(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, remembered: bool
) -> None:
    def interrupted(*_: object) -> object:
        raise raised

    with monkeypatch.context() as patched:
        patched.setattr(apart, "checked", interrupted)
        assert identify(invoice("F-2")) == UNKNOWN
    told = identify(invoice("F-2"))
    assert told == (UNKNOWN if remembered else Identified(DocumentKind.INVOICE, "F-2"))
