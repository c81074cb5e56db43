"""`make agreement`: published cases that agree, one that does not, and a folder without any, on cases of our own."""

import json
from pathlib import Path

import pytest
from lxml import etree

from tests.agreement import main
from tests.support.rules.rules_documents import a_tree
from tests.support.rules.rules_edits import without


def case(name: str, expect: str, *, spoilt: bool) -> str:
    root = a_tree()
    if spoilt:
        without("cbc:ID")(root)
    xml = etree.tostring(root, encoding="unicode")
    return json.dumps({"id": name, "rule": "BR-02", "expect": expect, "count": int(spoilt), "xml": xml})


@pytest.mark.parametrize(
    ("expect", "status", "said"), [("error", 0, "2 of 2"), ("warning", 1, "b: BR-02"), ("none", 1, "1 of 2")]
)
def test_each_case_is_compared_with_what_is_published(
    expect: str, status: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = [case("a", "none", spoilt=False), case("b", expect, spoilt=True)]
    (tmp_path / "cases.jsonl").write_text("\n".join(cases))
    assert main([str(tmp_path)]) == status
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("named", [[], [""], ["nowhere"]])
def test_without_cases_it_fails_and_says_so(named: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(named) == 2
    assert "make agreement CASES=folder" in capsys.readouterr().err
