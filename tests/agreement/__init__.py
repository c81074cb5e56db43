"""Our rules beside the published ones: `make agreement`, and what it is made of (docs/rules-agreement.md)."""
