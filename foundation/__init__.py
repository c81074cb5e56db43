"""What every folder above stands on: errors, money, periods, the database and the journal."""
