"""`make agreement` without published rules: what unit cases expect is compared alone."""

import json
from pathlib import Path

import pytest
from lxml import etree

from tests.agreement.__main__ import main
from tests.support.rules.rules_documents import a_tree
from tests.support.rules.rules_edits import without


def case(name: str, expect: str, *, spoilt: bool) -> str:
    root = a_tree()
    if spoilt:
        without("cbc:ID")(root)
    xml = etree.tostring(root, encoding="unicode")
    return json.dumps({"id": name, "rule": "BR-02", "expect": expect, "count": int(spoilt), "xml": xml})


@pytest.mark.parametrize(
    ("expect", "status", "said"),
    [
        ("error", 0, "2 judged"),
        ("warning", 1, "unit case: ours BR-02 1 fatal, published BR-02 1 warning"),
        ("none", 1, "NOT EXPLAINED"),
    ],
)
def test_each_case_is_compared_with_what_is_published(
    expect: str, status: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = [case("a", "none", spoilt=False), case("b", expect, spoilt=True)]
    (tmp_path / "cases.jsonl").write_text("\n".join(cases))
    assert main(["--cases", str(tmp_path)], build=tmp_path / "build") == status
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("named", [[], ["--cases", ""], ["--cases", "nowhere"], ["--rules", "nowhere"]])
def test_without_anything_to_compare_with_it_fails_and_says_so(
    named: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(named, build=tmp_path) == 2
    assert "make agreement RULES=folder CASES=folder" in capsys.readouterr().err
