"""The code changed by one small fault at a time, to see whether a test notices: `make mutants`."""
