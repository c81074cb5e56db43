"""`billing rules`: what a document is judged by, counted, listed and explained one by one.

The rules come from `rulebook`; here they are only laid out. Counts and releases are
always those of the selection that is listed.
"""

from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Annotated, Final

import typer
from rich.table import Table
from rich.text import Text

from billing.cli.command import AsJson, CommandContext, command
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.errors import Language, NotFound
from foundation.formatting import Json, plain
from peppol.findings import Severity
from peppol.identifiers import DocumentKind
from peppol.rules.releases import RELEASES, Release
from web.rulebook import ListedRule, listed_rules
from web.validation_report import ACTORS, KINDS

rules = typer.Typer()

_LANGUAGES: Final[tuple[Language, Language]] = ("sv", "en")


# --- list -----------------------------------------------------------------------------------------------


@command(rules, "list")
def list_rules(
    context: CommandContext,
    family: Annotated[
        str | None, typer.Option(metavar="F", help="Bara denna familj / only this family")
    ] = None,
    kind: Annotated[
        DocumentKind | None, typer.Option(help="Bara regler för detta slag / only rules for this kind")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Regler, räknade per familj och allvar / rules, counted by family and severity."""
    chosen = [
        rule
        for rule in listed_rules()
        if (family is None or rule.family.casefold() == family.casefold())
        and (kind is None or any(release.kind is kind for release in rule.releases))
    ]
    if not chosen:
        raise NotFound(
            f"Ingen regel hör till detta urval. Familjer: {', '.join(_families())}.",
            f"No rule belongs to this selection. Families: {', '.join(_families())}.",
        )
    releases = [release for release in RELEASES if kind is None or release.kind is kind]
    if as_json:
        write_json(
            {
                "releases": [_release_json(release) for release in releases],
                "counts": [
                    {"family": name, "severity": severity.value, "count": count}
                    for (name, severity), count in _counts(chosen).items()
                ],
                "rules": [_rule_json(rule) for rule in chosen],
            }
        )
        return
    show(_counts_table(context, chosen), Text(), _releases_table(context, releases), Text())
    columns = (
        TableColumn("Regel", "Rule"),
        TableColumn("Allvar", "Severity"),
        TableColumn("Familj", "Family", spare=1),
        TableColumn("Betydelse", "Meaning", wrap=True),
    )
    rows = [(rule.id, _grave(context, rule.severity), rule.family, rule.meaning) for rule in chosen]
    show(table(columns, rows, language=context.language))


def _families() -> list[str]:
    return list(dict.fromkeys(rule.family for rule in listed_rules()))


def _counts(chosen: Sequence[ListedRule]) -> dict[tuple[str, Severity], int]:
    """How many of each family and severity, fatal before warning, families as published."""
    counts = Counter((rule.family, rule.severity) for rule in chosen)
    families = dict.fromkeys(rule.family for rule in chosen)
    return {
        (name, grave): counts[name, grave] for name in families for grave in Severity if counts[name, grave]
    }


def _counts_table(context: CommandContext, chosen: Sequence[ListedRule]) -> Table:
    counts = _counts(chosen)
    columns = (
        TableColumn("Familj", "Family"),
        TableColumn("Fel", "Errors", right=True),
        TableColumn("Varningar", "Warnings", right=True),
        TableColumn("Summa", "Total", right=True),
    )

    def row(name: str, fatal: int, warning: int) -> tuple[str, str, str, str]:
        return name, str(fatal), str(warning), str(fatal + warning)

    families = dict.fromkeys(name for name, _ in counts)
    rows = [
        row(name, counts.get((name, Severity.FATAL), 0), counts.get((name, Severity.WARNING), 0))
        for name in families
    ]
    fatal = sum(rule.severity is Severity.FATAL for rule in chosen)
    total = row(context.say("Alla", "All"), fatal, len(chosen) - fatal)
    return table(columns, rows, language=context.language, total=total)


def _releases_table(context: CommandContext, releases: Sequence[Release]) -> Table:
    columns = (
        TableColumn("Slag", "Kind"),
        TableColumn("Utgåva", "Release", wrap=True),
        TableColumn("Gäller från", "Mandatory from"),
        TableColumn("Regler", "Rules", right=True),
    )
    rows = [
        (release.kind.value, release.name, str(release.mandatory_from), str(len(release.rule_set.infos)))
        for release in releases
    ]
    return table(columns, rows, language=context.language)


# --- show -----------------------------------------------------------------------------------------------


@command(rules, "show")
def show_rule(
    context: CommandContext,
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="Regelns id / the id, BR-CO-15")],
    as_json: AsJson = False,
) -> None:
    """En regel: vad den säger, vad man gör och vem / one rule: what it says, what to do and who."""
    rule = _found(rule_id)
    if as_json:
        write_json(_whole_rule_json(rule))
        return
    which = 0 if context.language == "sv" else 1
    told = rule.explained(context.language)
    facts = [
        (context.say("Regel", "Rule"), rule.id),
        (context.say("Allvar", "Severity"), _grave(context, rule.severity)),
        (context.say("Familj", "Family"), rule.family),
        (context.say("Plats", "Context"), rule.context),
        (context.say("Betydelse", "Meaning"), rule.meaning),
        ("Svenska", rule.explained("sv").message),
        ("English", rule.explained("en").message),
        (context.say("Gör så här", "What to do"), told.remedy),
        (context.say("Vem", "Who"), ACTORS[told.actor][which]),
        *(
            (
                context.say("Utgåva", "Release"),
                f"{KINDS[release.kind][which]}: {release.name}, "
                + context.say(
                    f"gäller från {release.mandatory_from}", f"mandatory from {release.mandatory_from}"
                ),
            )
            for release in rule.releases
        ),
    ]
    columns = (TableColumn("", ""), TableColumn("", "", wrap=True))
    show(table(columns, [(plain(name), plain(text)) for name, text in facts], language=context.language))


def _found(rule_id: str) -> ListedRule:
    """The rule, whatever the case of its messages. Raises NotFound, naming the nearest."""
    by_id = {rule.id.upper(): rule for rule in listed_rules()}
    wanted = rule_id.strip().upper()
    if wanted in by_id:
        return by_id[wanted]
    nearest = ", ".join(by_id[each].id for each in get_close_matches(wanted, by_id, n=5, cutoff=0.5))
    raise NotFound(
        f"Regeln {rule_id} finns inte." + (f" Närmast: {nearest}." if nearest else " Se billing rules list."),
        f"There is no rule {rule_id}." + (f" Nearest: {nearest}." if nearest else " See billing rules list."),
    )


def _grave(context: CommandContext, severity: Severity) -> str:
    return context.say("fel", "error") if severity is Severity.FATAL else context.say("varning", "warning")


# --- JSON -----------------------------------------------------------------------------------------------


def _release_json(release: Release) -> dict[str, Json]:
    return {
        "kind": release.kind.value,
        "name": release.name,
        "mandatory_from": str(release.mandatory_from),
        "rules": len(release.rule_set.infos),
    }


def _rule_json(rule: ListedRule) -> dict[str, Json]:
    return {
        "rule": rule.id,
        "family": rule.family,
        "severity": rule.severity.value,
        "context": rule.context,
        "meaning": rule.meaning,
    }


def _whole_rule_json(rule: ListedRule) -> dict[str, Json]:
    told = {language: rule.explained(language) for language in _LANGUAGES}
    return {
        **_rule_json(rule),
        "message": {language: told[language].message for language in _LANGUAGES},
        "remedy": {language: told[language].remedy for language in _LANGUAGES},
        "actor": told["sv"].actor.value,
        "releases": [
            {"kind": each.kind.value, "name": each.name, "mandatory_from": str(each.mandatory_from)}
            for each in rule.releases
        ],
    }
