"""The description read by spectral, the linter that vendors run: nothing to remark on, and a fault is remarked on."""

import json
import subprocess
from pathlib import Path

from tests.support.locked_packages import by_npm, installed
from tests.support.project import PROJECT

HERE = Path(__file__).with_name("spectral")
RULES = HERE / "ruleset.yaml"
_KEPT = PROJECT / "build" / "described-tools"


def remarks(description: Path) -> list[str]:
    """What spectral says of a description, each with its place."""
    folder = installed(HERE / "package-lock.json", _KEPT, by_npm)
    asked = ["lint", str(description), "--ruleset", str(RULES), "--format", "json", "--quiet"]
    program = str(folder / "node_modules/.bin/spectral")
    told = subprocess.run([program, *asked], capture_output=True, text=True, check=False, timeout=300)
    # 1 where there is something to remark on that is an error; what it could not do is another.
    assert told.returncode in (0, 1), told.stderr
    found = json.loads(told.stdout or "[]")
    return [f"{each['code']} at {'.'.join(map(str, each['path']))}: {each['message']}" for each in found]


def test_the_linter_has_nothing_to_remark_on_and_sees_what_is_wrong(tmp_path: Path) -> None:
    kept = PROJECT / "docs" / "openapi.json"
    wrong = json.loads(kept.read_text(encoding="utf-8"))
    del wrong["paths"]["/api/v1/orders"]["get"]["operationId"]
    del wrong["paths"]["/livez"]["get"]["description"]
    planted = tmp_path / "planted.json"
    planted.write_text(json.dumps(wrong), encoding="utf-8")
    assert remarks(kept) == []
    assert [each.partition(" ")[0] for each in remarks(planted)] == [
        "operation-operationId",
        "operation-description",
    ]
