"""Settings of one installation: from the environment, or from the command line.

Names begin with BILLING_. Secrets come from the environment only and are never printed.
"""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an installation decides about itself; what the buyer decides stands in the register."""

    model_config = SettingsConfigDict(env_prefix="BILLING_", frozen=True)

    database_url: str = "sqlite:///billing.sqlite"
