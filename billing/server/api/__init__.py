"""The machine API: what every address of it stands on, and its resources."""
