"""`billing providers`: whether the OpenID providers of the settings are there, and are who the settings say."""

import typer

from accounts.openid import asking, directory_roles, providers
from accounts.openid.faults import OpenIdRefused
from accounts.openid.provider_settings import OpenIdProvider, providers_of
from billing.cli.command import AsJson, CommandContext, command
from billing.cli.exit_codes import ExitCode
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.database import utc_now
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
    found = [(each, _fault(each)) for each in known]
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


def _fault(provider: OpenIdProvider) -> OpenIdRefused | None:
    """What is wrong with the provider, its keys, or our own key to it; None where nothing is."""
    try:
        described = providers.described(provider)
        providers.keys_of(provider, "")
        if provider.client_authentication == "private_key_jwt":
            asking.assertion(provider, described, now=utc_now())
    except OpenIdRefused as refused:
        return refused
    return None
