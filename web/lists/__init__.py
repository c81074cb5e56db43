"""What every list of rows shares: its question in the address, its order, the conditions in force, and saved views."""
