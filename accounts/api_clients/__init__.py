"""Programs that sign in: clients of suppliers and of the buyer, their secrets, tokens and scopes."""
