"""`docs/settings.md`: every setting of the models, and every other variable that is read, as Markdown."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from accounts.openid.provider_settings import OpenIdProvider
from operations.configuration import reference
from operations.configuration.groups import GROUPS, Process
from operations.configuration.reference import SettingTold
from peppol.validation.published_rules import FOLDER_VARIABLE

_HEAD: Final = """\
# Settings

Written by `billing settings --markdown` from the models that read them (`operations/settings.py`, and what it is made
of), and held to them by a test: change a meaning there. `billing settings` shows the same at the terminal, with what is
set; `billing doctor` says what is wrong.

- A setting is a variable of the environment, read when a process begins: start `serve` and `work` anew after a change.
- Secrets come from the environment and from files alone, and are never printed. A list or an object is JSON.
- With several buyers a setting of one has its short name in it: `BILLING_BUYER_KARLSTAD_MAIL_FROM`. Which are never
  inherited stands in [operating](operating.md#several-buyers).
- *Read by* names processes: `serve` (pages and API), `work` (workers), `commands` (every other command, for its part).
- What the buyer decides (tolerance, days to wait, automatic answers) is no setting: see the register's `policy.toml`.
"""

_OTHERS: Final = (
    (
        "`FORWARDED_ALLOW_IPS`",
        "serve",
        "Whose `X-Forwarded-For` is believed, with commas; uvicorn's. Unless set: 127.0.0.1.",
    ),
    (
        "`OTEL_*`",
        "serve, work",
        "Traces by OpenTelemetry's own names; nothing of it is loaded unless an endpoint or exporter is named.",
    ),
    (
        f"`{FOLDER_VARIABLE}`",
        "commands",
        "A folder of the published rules, for a second opinion (`billing validate --engine official`).",
    ),
    ("`COLUMNS`", "commands", "How wide tables are drawn, where it is no terminal."),
)


def page() -> str:
    """The whole page."""
    return "\n".join((_HEAD, *_groups(), *_provider(), *_others()))


def _groups() -> Iterator[str]:
    more = {group.title: group.more for group in GROUPS}
    for title, rows in groupby(reference.every(), key=lambda each: each.group):
        yield f"## {title}\n"
        yield f"More: {more[title]}.\n"
        yield "| Variable | Type | Unless set | Meaning | Read by |"
        yield "|---|---|---|---|---|"
        yield from (f"| {_row(f'`{each.variable}`', each)} | {_processes(each.read_by)} |" for each in rows)
        yield ""


def _provider() -> Iterator[str]:
    yield "## A provider in the file of `BILLING_OPENID_FILE`\n"
    yield "Each `[[provider]]` is a table of these. Its client secret stands in `BILLING_OPENID_SECRETS`, by its key.\n"
    yield "| Key | Type | Unless set | Meaning |"
    yield "|---|---|---|---|"
    for name, field in OpenIdProvider.model_fields.items():
        if name != "client_secret":  # not in the file
            yield f"| {_row(f'`{name}`', reference.told(name, field, OpenIdProvider))} |"
    yield ""


def _others() -> Iterator[str]:
    yield "## Other variables that are read\n"
    yield "| Variable | Read by | Meaning |"
    yield "|---|---|---|"
    yield from (f"| {variable} | {processes} | {meaning} |" for variable, processes, meaning in _OTHERS)
    yield ""


def _row(name: str, each: SettingTold) -> str:
    kind = f"{each.kind}; **secret**" if each.is_secret else each.kind
    default = f"`{each.default}`" if each.default else "required" if each.is_required else ""
    return " | ".join(cell.replace("|", "\\|") for cell in (name, kind, default, each.meaning))


def _processes(read_by: tuple[Process, ...]) -> str:
    return "all" if len(read_by) == len(Process) else ", ".join(read_by)
