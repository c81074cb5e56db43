"""Who can receive what, and where: SML and SMP."""
