"""Many documents of our own are judged one by one, whoever judges them and whatever becomes of a process apart."""

import time
from collections.abc import Iterator, Sequence
from datetime import date

import pytest

from foundation.apart.confined import Allowance, Processes
from peppol.identifiers import DocumentKind
from peppol.validation import apart, own_documents, validation
from peppol.validation.own_documents import OwnDocument
from peppol.validation.validation import ValidationResult
from tests.support.project import GOLDEN

DAY = date(2026, 9, 1)
ORDER = (GOLDEN / "order-5599991014.xml").read_bytes()


def an_order(number: int) -> OwnDocument:
    """Every tenth has no currency, and every one a number of its own."""
    body = ORDER.replace(b"2100000001", f"21000{number:05}".encode())
    if number % 10 == 3:
        body = body.replace(b"<cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode>", b"")
    return OwnDocument(body, DocumentKind.ORDER, DAY)


MANY = [an_order(number) for number in range(55)]


def told(result: ValidationResult) -> tuple[object, ...]:
    return result.kind, result.valid, result.findings, result.counts, result.release


ALONE = [told(validation.validate_own(each.body, each.kind, on=each.on)) for each in MANY]


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Processes]:
    """Processes of this test's own, one of them ready."""
    checks = Processes(most=1, warm=apart._warm)
    monkeypatch.setattr(apart, "CHECKS", checks)
    monkeypatch.setattr(own_documents, "_processors", lambda: 2)
    while not checks.is_one_ready():
        time.sleep(0.05)
    yield checks
    checks.close()


def test_every_fault_is_found_whoever_judges(checks: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    judge_apart = own_documents._judge_apart

    def noted(documents: Sequence[OwnDocument]) -> list[ValidationResult]:
        taken.append(len(documents))
        return judge_apart(documents)

    monkeypatch.setattr(own_documents, "_judge_apart", noted)
    assert [told(each) for each in own_documents.judge(MANY)] == ALONE
    assert taken == [28]
    assert [index for index, each in enumerate(ALONE) if not each[1]] == [3, 13, 23, 33, 43, 53]


def test_what_a_process_apart_does_not_finish_is_judged_here(
    checks: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "allowance_for", lambda size: Allowance(1, 0, 0.0))
    assert [told(each) for each in own_documents.judge(MANY * 8)] == ALONE * 8
    assert sum(checks.ended.values()) == 1


def test_nobody_waits_for_a_process_that_is_busy_or_not_prepared(
    checks: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = Processes(most=1, warm=apart._warm)
    monkeypatch.setattr(apart, "CHECKS", others)
    assert [told(each) for each in own_documents.judge(MANY)] == ALONE
    others.close()
    monkeypatch.setattr(apart, "CHECKS", checks)
    monkeypatch.setattr(checks, "is_one_ready", lambda: True)
    held = checks._taken(1)
    assert [told(each) for each in own_documents.judge(MANY)] == ALONE
    checks._given_back(held, keep=True)
