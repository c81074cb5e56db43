"""How the tables of an existing database grow: Alembic revisions, one file each in `versions/`."""
