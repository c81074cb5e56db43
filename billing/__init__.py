"""The program `billing`: command line, server, migrations and tools."""
