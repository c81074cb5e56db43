"""Builds the schema files in `xsd/` from the trees that say what each profile allows."""
