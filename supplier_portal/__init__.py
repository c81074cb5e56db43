"""The front: settings, assembly, command line, and the doors people and systems use."""
