"""The schemas' files and the code lists are what their sources make."""

from pathlib import Path

import pytest

import xsd
from billing.tools.schemas.build_schemas import schemas
from billing.tools.schemas.notation import UnreadableTree, read_trees
from peppol import codelists

# the code lists -------------------------------------------------------------------------------


def test_the_code_lists_have_as_many_codes_as_published() -> None:
    sizes = {
        "ISO4217": 178, "ISO3166": 251, "UNECE_REC20": 2162, "EAS": 82, "ICD": 243, "UNCL7161": 178,
        "UNCL5189": 19, "UNCL4461": 84, "UNCL5305": 10, "UNCL1001": 728, "INVOICE_TYPES_PEPPOL": 26,
        "CREDIT_NOTE_TYPES_PEPPOL": 5, "ORDER_TYPES": 6, "MIME_ORDER": 9, "MIME_BILLING": 6, "STATUS_REASON": 14,
        "STATUS_ACTION": 7,
    }  # fmt: skip
    assert {name: len(getattr(codelists, name)) for name in sizes} == sizes


def test_the_codes_of_this_service_are_in_their_lists() -> None:
    assert "SEK" in codelists.ISO4217
    assert "SE" in codelists.ISO3166
    assert {"DAY", "MON", "C62"} <= codelists.UNECE_REC20
    assert {"0007", "0088"} <= codelists.EAS & codelists.ICD
    assert "9955" not in codelists.EAS_EN
    assert codelists.EAS < codelists.EAS_EN
    assert codelists.INVOICE_TYPES_PEPPOL < codelists.INVOICE_TYPES_EN
    assert codelists.CREDIT_NOTE_TYPES_PEPPOL < codelists.CREDIT_NOTE_TYPES_EN
    assert {"0091", "0093", "0248"} <= codelists.ICD
    assert not {"0001", "0092", "0103", "0181", "0249"} & codelists.ICD


# the files ------------------------------------------------------------------------------------


def test_the_schemas_are_what_the_trees_make() -> None:
    folder = Path(xsd.__file__).parent
    made = schemas()
    # The bank's formats are no trees of UBL; their schemas are written by hand.
    standing = [str(path.relative_to(folder)) for path in folder.rglob("*.xsd")]
    assert sorted(made) == sorted(name for name in standing if not name.startswith("bank/"))
    for path, text in made.items():
        assert (folder / path).read_bytes() == text.encode(), (
            f"{path}: run python -m billing.tools.schemas.build_schemas"
        )


def test_a_line_that_breaks_the_notation_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wrong.txt").write_text("shape A\n  ID 1 Text\n  Name twice Text\n", encoding="utf-8")
    monkeypatch.setattr("billing.tools.schemas.notation.TREES", tmp_path)
    with pytest.raises(UnreadableTree, match=r"wrong\.txt line 3"):
        read_trees(("wrong",))
