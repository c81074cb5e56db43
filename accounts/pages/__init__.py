"""Pages about accounts: signing in, applying, administering; each module exposes `router`."""
