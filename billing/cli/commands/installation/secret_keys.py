"""`billing secrets`: the keys that secrets in the database are sealed with: a new one, and sealing with the newest."""

import typer

from accounts import sealed_secrets
from accounts.openid import personal_numbers
from accounts.sealed_secrets import SecretsLocked, Standing
from billing.cli.command import AsJson, CommandContext, command
from billing.cli.exit_codes import complain
from billing.cli.printing import write_json
from foundation.text import Text

secrets = typer.Typer()


@command(secrets, "key")
def key(context: CommandContext) -> None:
    """Gör en nyckel; den visas en gång / make a key; it is shown once."""
    # Alone on standard output, so that it can be led into a file without being seen.
    typer.echo(sealed_secrets.fresh_key())
    complain(
        context.say(
            Text(
                "Lägg nyckeln först i BILLING_SECRET_KEYS eller i filen i BILLING_SECRET_KEYS_FILE, starta om, och kör "
                "billing secrets seal. Ta bort den gamla nyckeln först därefter, och spara nycklarna på ett annat "
                "ställe än säkerhetskopiorna."
            )
        )
    )


@command(secrets, "seal")
def seal(context: CommandContext, as_json: AsJson = False) -> None:
    """Försegla allt med den första nyckeln / seal everything with the first key."""
    settings = context.settings
    with context.writing() as session:
        before = sealed_secrets.seal_all(session, sealed_secrets.of(settings))
        numbers = personal_numbers.standing(session, settings)
    if as_json:
        told = {each.value.lower(): before[each] for each in Standing}
        write_json({**told, "numbers_older": numbers.older})
    else:
        typer.echo(
            context.say(
                Text(
                    "Förseglade: %(plain)s som låg öppna och %(older)s med en äldre nyckel. Redan klara: %(newest)s.",
                    plain=before[Standing.PLAIN],
                    older=before[Standing.OLDER],
                    newest=before[Standing.NEWEST],
                )
            )
        )
        if numbers.older:
            complain(
                context.say(
                    Text(
                        "Personnummer bundna med en äldre nyckel: %(count)s. De byter nyckel när personerna loggar in. "
                        "Behåll den gamla nyckeln tills dess, eller låt binda dem på nytt.",
                        count=numbers.older,
                    )
                )
            )
    if before[Standing.LOCKED]:
        raise SecretsLocked(before[Standing.LOCKED])
