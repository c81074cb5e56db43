"""`billing post`: the group whole, with the commands that its modules give it."""

from billing.cli.commands import post
from billing.cli.commands.exchange import diverted, network_statistics, unfetched
from billing.cli.commands.inbox import post_office

__all__ = ["diverted", "network_statistics", "post", "post_office", "unfetched"]
