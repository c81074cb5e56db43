"""The demo: a month of invented cases played through the real entry points, alone or over a simulated access point."""
