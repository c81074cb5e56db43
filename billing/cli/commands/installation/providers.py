"""`billing providers`: whether the OpenID providers of the settings are there, and are who the settings say."""

import typer

from accounts.openid import directory_roles
from accounts.openid.provider_settings import providers_of
from billing.cli.command import AsJson, CommandContext, command
from billing.cli.exit_codes import ExitCode
from billing.cli.printing import TableColumn, show, table, write_json
from billing.tools.doctor.services_examined import fault_of
from foundation.errors import NotFound
from foundation.text import Text

group = typer.Typer()

_COLUMNS = (
    TableColumn(Text("Utgivare")),
    TableColumn(Text("Svarar")),
    TableColumn(Text("Adress att komma tillbaka till"), wrap=40),
    TableColumn(Text("Vad som är fel"), wrap=40),
)
_YES, _NO = Text("Ja"), Text("Nej")


@command(group, "check")
def check(context: CommandContext, as_json: AsJson = False) -> None:
    """Fråga varje utgivare vem den är / ask every provider who it is."""
    settings = context.settings
    known = providers_of(settings)
    if not known:
        raise NotFound(
            Text("Inga utgivare är inställda. Sätt BILLING_OPENID_FILE, som docs/operating.md beskriver.")
        )
    directory_roles.checked(known)
    base = settings.public_url.rstrip("/")
    found = [(each, fault_of(each)) for each in known]
    if as_json:
        write_json(
            [
                {
                    "provider": each.key,
                    "issuer": each.issuer,
                    "callback": f"{base}{each.path}/callback",
                    "fault": fault.fault.value if fault else None,
                    "code": fault.code if fault else "",
                }
                for each, fault in found
            ]
        )
    else:
        rows = [
            (
                each.key,
                context.say(_NO if fault else _YES),
                f"{base}{each.path}/callback",
                fault.in_language(context.language) if fault else "",
            )
            for each, fault in found
        ]
        show(table(_COLUMNS, rows, language=context.language))
    if any(fault for _, fault in found):
        raise typer.Exit(ExitCode.FAILED)
