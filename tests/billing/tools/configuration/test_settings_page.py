"""Every setting is told once, with what it means, and nothing else of ours is read of the environment."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

import pytest
from typer.testing import CliRunner

from accounts.openid.provider_settings import OpenIdProvider
from billing.cli.cli import app
from billing.tools.configuration import settings_page
from operations.configuration import reference
from operations.configuration.groups import GROUPS, groups_with
from operations.settings import Settings
from peppol.validation.published_rules import FOLDER_VARIABLE
from tests.support.product import kept, modules
from tests.support.project import PROJECT

# Who reads the environment beside the models of settings, and what.
READERS: Final[Mapping[str, str]] = {
    "billing/cli/cli.py": "whether a shell asks for completions",
    "billing/cli/printing.py": "COLUMNS, as rich does",
    "billing/server/observability/telemetry.py": "OTEL_*, whether anything of it is to be loaded",
    "billing/server/serving.py": "writes for the processes it starts, and reads it in them",
    "billing/tools/benchmarks/api.py": "passes it on to the program it measures",
    "billing/tools/demo/loop_network.py": "passes it on to the program it starts",
    "billing/tools/doctor/settings_examined.py": "looks for names that are no settings",
    "foundation/apart/confined.py": "passes it on without ours",
    "operations/machine/secret_files.py": "the folder of settings in files, before there are settings",
    "operations/restore/postgresql_programs.py": "passes it on to PostgreSQL's own programs",
    "peppol/validation/agreement.py": "the published rules' folder",
    "peppol/validation/published_rules.py": "the published rules' folder",
}
_NAME: Final = re.compile(r"\bBILLING_[A-Z][A-Z0-9_]*")
# Names of examples: a buyer's, one that is mistyped; and what the tests have.
_EXAMPLE: Final = re.compile(r"BILLING_(BUYER_(KARLSTAD|SLUG)_|SMTP_HOTS|WRITE_GOLDEN)")
KNOWN: Final = {each.variable for each in reference.every()} | {FOLDER_VARIABLE}


def test_the_page_is_what_the_models_say() -> None:
    kept_page = (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert kept_page == settings_page.page(), "write it anew: billing settings --markdown > docs/settings.md"


def test_every_setting_stands_in_one_group_and_says_what_it_means() -> None:
    assert [name for name in Settings.model_fields if len([*groups_with(name)]) != 1] == []
    told = [each.variable for each in reference.every()]
    assert sorted(told) == sorted(map(reference.variable_of, Settings.model_fields))
    assert [each.variable for each in reference.every() if len(each.meaning) < 20] == []
    assert [name for group in GROUPS for name in group.others if name not in Settings.model_fields] == []


def test_every_key_of_a_provider_says_what_it_means() -> None:
    meant = reference.meanings_of(OpenIdProvider)
    assert [name for name in OpenIdProvider.model_fields if name not in meant] == ["client_secret"]


def test_a_setting_of_another_kind_of_number_tells_its_bounds() -> None:
    told = {each.variable: each for each in reference.every()}
    assert told["BILLING_DAILY_MAIL_HOUR"].kind == "whole number, 0 to 23"
    assert told["BILLING_LOOKUP_NO_LEAST"].kind == "whole number, at least 0"
    assert told["BILLING_SMTP_ENCRYPTION"].kind == "`starttls` or `tls` or `none`"
    assert (told["BILLING_SMTP_PASSWORD"].is_secret, told["BILLING_SIMULATOR_TOKEN"].default) == (True, "")


@pytest.mark.parametrize("how", [[], ["--json"], ["--markdown"]])
def test_no_value_of_a_setting_is_printed(how: list[str]) -> None:
    secrets = {each.variable: "hemligt-4711" for each in reference.every() if each.is_secret}
    given = {
        **secrets,
        "BILLING_OPENID_SECRETS": '{"a": "hemligt-4711"}',
        "BILLING_DATABASE_URL": "postgresql://billing:hemligt-4711@db/billing",
    }
    told = CliRunner().invoke(app, ["settings", *how], env=given)
    assert told.exit_code == 0, told.output
    assert "hemligt-4711" not in told.output
    if how == ["--json"]:
        is_set = {each["variable"] for each in json.loads(told.output) if each["is_set"]}
        assert is_set >= set(given)
        assert "BILLING_SMTP_HOST" not in is_set
        # Whatever the machine or another test has set.
        unset = json.loads(CliRunner().invoke(app, ["settings", *how], env=dict.fromkeys(KNOWN)).output)
        assert [each["variable"] for each in unset if each["is_set"]] == []


def _reads(text: str) -> Iterator[str]:
    """Each place where a module gets at the environment, however it is called."""
    if "environ" not in text and "getenv" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "environb" | "getenv" as name):
                yield name
            case ast.ImportFrom(module="os", names=names):
                yield from (each.name for each in names if each.name in ("environ", "environb", "getenv"))


def test_the_environment_is_read_by_the_models_of_settings_and_by_those_who_are_named() -> None:
    found = {name for name in modules() if any(_reads((PROJECT / name).read_text(encoding="utf-8")))}
    assert found <= set(READERS), "name it in the settings, or say here why not"


def test_who_reads_the_environment_is_found_by_whatever_name() -> None:
    texts = ("import os\nos.getenv('A')", "from os import environ", "import os\nos.environ['A']", "x.environ")
    assert [bool([*_reads(each)]) for each in texts] == [True, True, True, False]


def _told(place: str) -> str:
    """What a page says; of a module what it says in texts, and not what it calls its own names."""
    text = (PROJECT / place).read_text(encoding="utf-8")
    if place.endswith(".md") or "BILLING_" not in text:
        return text
    constants = (each.value for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Constant))
    return "\n".join(each for each in constants if isinstance(each, str))


def test_every_variable_that_is_named_anywhere_is_one() -> None:
    places = [*modules(), *kept("docs"), "README.md"]
    wrong = {
        f"{place}: {name}"
        for place in places
        if place.endswith((".py", ".md"))
        for name in _NAME.findall(_told(place))
        if name not in KNOWN
        and not _EXAMPLE.match(name)
        and not (name.endswith("_") and any(each.startswith(name) for each in KNOWN))
    }
    assert wrong == set()
