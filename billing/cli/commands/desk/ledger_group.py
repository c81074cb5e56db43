"""`billing ledger`: the group whole, with the commands that its modules give it."""

from billing.cli.commands.desk import accounting_rules, budget, ledger_answers
from billing.cli.commands.desk.ledger import ledger

__all__ = ["accounting_rules", "budget", "ledger", "ledger_answers"]
