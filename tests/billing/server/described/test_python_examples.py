"""The guide's examples in Python: run as they stand, with the generated client, against a sandbox."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.billing.server.api.test_guide import GUIDE
from tests.billing.server.described import generated_client
from tests.support.servers.api import a_client, api
from tests.support.stories.system import System, a_system

_EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with a_system(f"sqlite:///{tmp_path / 'billing.sqlite'}") as system:
        yield system


def test_the_guide_tells_generators_what_the_tests_do() -> None:
    (told,) = re.findall(r"^```yaml\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    given = generated_client.CONFIG.read_text(encoding="utf-8").splitlines(keepends=True)
    assert told == "".join(each for each in given if not each.startswith("#"))


def test_every_example_runs_and_invoices_what_can_be(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = _EXAMPLE.findall(GUIDE.read_text(encoding="utf-8"))
    assert len(examples) >= 1
    _, key = a_client(system, is_test=True)
    with api(system) as portal, generated_client.importable():
        for written in examples:
            here = written.replace("https://portal.example", str(portal.base_url).rstrip("/"))
            exec(compile(here.replace("rmk_test_…", key), GUIDE.name, "exec"), {})  # noqa: S102 - our own page
    # Beside it lies the log of the server, which runs in the same process.
    said = capsys.readouterr().out.splitlines()
    assert len([each for each in said if re.fullmatch(r"\S+ [0-9]+[.][0-9]{2}", each)]) == 1
