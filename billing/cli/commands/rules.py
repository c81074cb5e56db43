"""`billing rules`: what a document is judged by, counted, listed and explained one by one.

The rules come from `rulebook`; here they are only laid out. Counts and releases are
always those of the selection that is listed.
"""

from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text as RichText

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.errors import NotFound
from foundation.formatting import Json, plain
from foundation.text import ENGLISH, SWEDISH, JoinedText, Text, languages
from peppol.findings import Severity
from peppol.identifiers import DocumentKind
from peppol.rules.releases.release import Release
from web.rulebook import ListedRule, known_rules, listed_rules, releases_on
from web.validation_report import ACTORS, KINDS

rules = typer.Typer()


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
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Reglerna som gäller en dag, räknade / the rules in force on a day, counted by family and severity."""
    in_force = listed_rules(today_or(on))
    chosen = [
        rule
        for rule in in_force
        if (family is None or rule.family.casefold() == family.casefold())
        and (kind is None or any(release.kind is kind for release in rule.releases))
    ]
    if not chosen:
        raise NotFound(
            Text(
                "Ingen regel hör till detta urval. Familjer: %(families)s.",
                families=", ".join(_families(in_force)),
            )
        )
    releases = [release for release in releases_on(today_or(on)) if kind is None or release.kind is kind]
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
    show(_counts_table(context, chosen), RichText(), _releases_table(context, releases), RichText())
    columns = (
        TableColumn(Text("Regel")),
        TableColumn(Text("Allvar")),
        TableColumn(Text("Familj"), spare=1),
        TableColumn(Text("Betydelse"), wrap=True),
    )
    rows = [(rule.id, _grave(context, rule.severity), rule.family, rule.meaning) for rule in chosen]
    show(table(columns, rows, language=context.language))


def _families(known: Sequence[ListedRule]) -> list[str]:
    return list(dict.fromkeys(rule.family for rule in known))


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
        TableColumn(Text("Familj")),
        TableColumn(Text("Fel", context="cli"), right=True),
        TableColumn(Text("Varningar"), right=True),
        TableColumn(Text("Summa"), right=True),
    )

    def row(name: str, fatal: int, warning: int) -> tuple[str, str, str, str]:
        return name, str(fatal), str(warning), str(fatal + warning)

    families = dict.fromkeys(name for name, _ in counts)
    rows = [
        row(name, counts.get((name, Severity.FATAL), 0), counts.get((name, Severity.WARNING), 0))
        for name in families
    ]
    fatal = sum(rule.severity is Severity.FATAL for rule in chosen)
    total = row(context.say(Text("Alla")), fatal, len(chosen) - fatal)
    return table(columns, rows, language=context.language, total=total)


def _releases_table(context: CommandContext, releases: Sequence[Release]) -> Table:
    columns = (
        TableColumn(Text("Slag")),
        TableColumn(Text("Utgåva"), wrap=True),
        TableColumn(Text("Gäller från", context="cli")),
        TableColumn(Text("Regler", context="cli"), right=True),
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
    told = rule.explained(context.language)
    facts = [
        (context.say(Text("Regel")), rule.id),
        (context.say(Text("Allvar")), _grave(context, rule.severity)),
        (context.say(Text("Familj")), rule.family),
        (context.say(Text("Plats")), rule.context),
        (context.say(Text("Betydelse")), rule.meaning),
        ("Svenska", rule.explained(SWEDISH).message),
        ("English", rule.explained(ENGLISH).message),
        (context.say(Text("Gör så här")), told.remedy),
        (context.say(Text("Vem")), context.say(ACTORS[told.actor])),
        *(
            (
                context.say(Text("Utgåva")),
                context.say(
                    Text(
                        "%(kind)s: %(release)s, gäller från %(mandatory_from)s (%(severity)s)",
                        kind=KINDS[release.kind],
                        release=release.name,
                        mandatory_from=release.mandatory_from,
                        severity=_gravity(severity),
                    )
                ),
            )
            for release, severity in rule.graded
        ),
    ]
    columns = (TableColumn(), TableColumn(wrap=True))
    show(table(columns, [(plain(name), plain(text)) for name, text in facts], language=context.language))


def _found(rule_id: str) -> ListedRule:
    """The rule, whatever the case of its letters. Raises NotFound, naming the nearest."""
    by_id = {rule.id.upper(): rule for rule in known_rules()}
    wanted = rule_id.strip().upper()
    if wanted in by_id:
        return by_id[wanted]
    nearest = ", ".join(by_id[each].id for each in get_close_matches(wanted, by_id, n=5, cutoff=0.5))
    way_on = Text("Närmast: %(rules)s.", rules=nearest) if nearest else Text("Se billing rules list.")
    raise NotFound(JoinedText(" ", (Text("Regeln %(rule_id)s finns inte.", rule_id=rule_id), way_on)))


def _grave(context: CommandContext, severity: Severity) -> str:
    return context.say(_gravity(severity))


def _gravity(severity: Severity) -> Text:
    return Text("fel") if severity is Severity.FATAL else Text("varning")


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
    told = {language: rule.explained(language) for language in languages()}
    return {
        **_rule_json(rule),
        "message": {language: each.message for language, each in told.items()},
        "remedy": {language: each.remedy for language, each in told.items()},
        "actor": told[SWEDISH].actor.value,
        "releases": [
            {
                "kind": each.kind.value,
                "name": each.name,
                "mandatory_from": str(each.mandatory_from),
                "severity": severity.value,
            }
            for each, severity in rule.graded
        ],
    }
