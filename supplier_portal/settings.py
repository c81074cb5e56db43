"""Settings of one installation: from the environment, or from the command line.

Names begin with BILLING_. Secrets come from the environment only and are never printed.
"""

from pydantic_settings import SettingsConfigDict

from supplier_portal.settings_post import PostSettings


class Settings(PostSettings):
    """What an installation decides about itself; what the buyer decides stands in the register."""

    model_config = SettingsConfigDict(env_prefix="BILLING_", frozen=True)

    database_url: str = "sqlite:///billing.sqlite"

    public_url: str = ""
    """Where people reach the portal, as https://portal.example; mails link there, and cookies are Secure."""

    is_demo: bool = False
    """Invented data only: the sign-in page lists the demo's users, and nobody needs a second step."""

    second_step: bool = True
    """Whether those who sign in with a password must set up codes as well."""
