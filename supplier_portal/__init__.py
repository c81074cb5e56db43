"""The suppliers' own pages, with their queries, charts, templates and texts."""
