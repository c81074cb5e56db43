"""The command line `billing`: its commands, tables for the terminal and exit codes."""
