"""What no document could carry is refused when a register is read, with its place; a stored one opens all the same."""

from dataclasses import replace
from pathlib import Path

import pytest

from orders.register.files import RegisterRefused, read_register
from orders.register.reading.allowed_values import objections
from orders.register.register import Register
from tests.support.project import FIXTURES
from tests.support.stories.system import example_register

REGISTER = FIXTURES / "demo" / "register"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("suppliers.toml", 'city = "', 'city = "\u200b', "city has characters that cannot be seen (U+200B)"),
        (
            "suppliers.toml",
            'street = "',
            'street = "\\u0007',
            "street has characters that cannot be seen (U+0007)",
        ),
        ("units.toml", 'name = "', 'name = "\u00ad', "name has characters that cannot be seen (U+00AD)"),
        ("buyer.toml", 'city = "', 'country = "ZZ"\ncity = "', "The country is not in ISO 3166"),
        ("prices-2026.toml", '"SEK"', '"XYZ"', "The currency is not in ISO 4217"),
        ("suppliers.toml", "VATEX-EU-132-1I", "VATEX-SE-9", "is not in the VATEX list"),
        ("suppliers.toml", 'name = "', 'name = "\u3164', "name has characters that cannot be seen (U+3164)"),
        ("suppliers.toml", 'name = "', 'name = "\ufe0f', "name has characters that cannot be seen (U+FE0F)"),
        ("suppliers.toml", 'name = "', 'name = "\ufffd', "name has characters that cannot be seen (U+FFFD)"),
        ("suppliers.toml", 'name = "', 'name = "' + "A" * 5000, "name may have at most 200 characters"),
        ("suppliers.toml", 'name = "', 'name = " ', "name begins or ends with spaces"),
        ("suppliers.toml", 'name = "Fyrbåken Exempel AB"', 'name = "...."', "neither a letter nor a digit"),
        (
            "suppliers.toml",
            'city = "',
            'city = "\U0001f600',
            "city has characters that do not belong in a text",
        ),
        ("suppliers.toml", 'name = "', 'name = "e' + "\u0301" * 6, "name has characters that do not belong"),
        ("suppliers.toml", '"903 00"', '"\U0001f600"', "The postal code has the wrong form"),
        ("suppliers.toml", '"903 00"', '"ABC"', "The postal code has the wrong form"),
        ("suppliers.toml", 'percent = "25.00"', 'percent = "24.99"', "There is no such VAT rate in Sweden"),
        ("suppliers.toml", 'percent = "25.00"', 'percent = "1E2"', "There is no such VAT rate in Sweden"),
        (
            "suppliers.toml",
            '[{ scheme = "BANKGIRO", number = "599-9107" }]',
            '[{ scheme = "BANKGIRO", number = "599-9107" }, { scheme = "BANKGIRO", number = "5999107" }]',
            "The same account stands twice",
        ),
        ("suppliers.toml", '"0007:5599992020"', '"0007:5599991014"', "Another supplier has the same Peppol"),
        ("prices-2026.toml", '"SEK"', '"XXX"', "is no currency that can be paid out"),
    ],
)
def test_what_no_document_can_carry_is_refused_with_its_place(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    for each in REGISTER.iterdir():
        (tmp_path / each.name).write_bytes(each.read_bytes())
    text = (tmp_path / file).read_text(encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RegisterRefused) as refused:
        read_register([tmp_path])
    (problem,) = refused.value.problems
    assert problem.file == file
    assert abs(problem.line - line) <= 1
    assert said in problem.sentence.en


def test_a_stored_register_opens_whatever_stands_in_it() -> None:
    register = example_register()
    old = replace(register, areas=tuple(replace(each, name=f"{each.name}\u200b") for each in register.areas))
    assert Register.from_json(old.to_json()) == old
    assert list(objections(old.areas[0])) != []


def test_the_example_has_nothing_to_object_to() -> None:
    assert list(objections(example_register())) == []
