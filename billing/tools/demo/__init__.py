"""The demo: a month of invented cases played through the real doors, alone or over a simulated access point."""
