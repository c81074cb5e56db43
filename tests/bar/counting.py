"""A plugin of pytest that writes down what each test of a row has counted, one line of JSON a test.

Loaded by `python -m tests.bar.run` alone (`-p tests.bar.counting`). Besides what tests tell by `record_property`, it
counts the examples of hypothesis, and every test as one of "cases". Which engine a test ran on is its `database_url`,
or what it tells as "engine".
"""

import functools
import json
import os
from collections import Counter
from collections.abc import Callable, Generator
from typing import Any, Final

import pytest
from hypothesis import is_hypothesis_test

INTO: Final = "BAR_TOLD"
ENGINE: Final = "BAR_ENGINE"
_EXAMPLES: Final[Counter[str]] = Counter()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests of the engine that was not asked for, and count the examples of each law."""
    _into()
    asked = os.environ.get(ENGINE, "")
    kept = [item for item in items if not asked or _engine(item) in ("", asked)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept
    # A law with parameters is one function under several names: wrapped once, or an example would count for each.
    laws = {id(item.obj.hypothesis): item.obj.hypothesis for item in items if _is_law(item)}  # type: ignore[attr-defined]
    for law in laws.values():
        law.inner_test = _counting(law.inner_test)


@functools.cache
def _into() -> int:
    """Where lines are added, opened before any test: some of them watch that nothing is opened meanwhile."""
    return os.open(os.environ[INTO], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def _is_law(item: pytest.Item) -> bool:
    return is_hypothesis_test(getattr(item, "obj", None))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Count from nothing for the test that begins."""
    _EXAMPLES.clear()


def _engine(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    return str(callspec.params.get("database_url", "")) if callspec else ""


def _counting(test: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(test)
    def counted(*given: object, **named: object) -> object:
        _EXAMPLES["examples"] += 1
        return test(*given, **named)

    return counted


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write the line of a test when it has run, or when it came to no run."""
    report = yield
    if report.when == "call" or report.outcome != "passed":
        told = dict(item.user_properties)
        engine = str(told.pop("engine", _engine(item)))
        figures = {name: float(str(value)) for name, value in told.items()}
        figures |= _EXAMPLES
        reason = "" if report.outcome == "passed" else _reason(report)
        line = {
            "test": item.nodeid,
            "outcome": report.outcome,
            "engine": engine,
            "figures": {"cases": 1, **figures},
            "reason": reason,
        }
        os.write(_into(), (json.dumps(line, ensure_ascii=False) + "\n").encode())
    return report


def _reason(report: pytest.TestReport) -> str:
    """The last line of what went wrong."""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2])
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else report.longreprtext
    return (text.splitlines() or [""])[0][:200]
