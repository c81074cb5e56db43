"""What lies at the access point: the commands about what could not be fetched."""
