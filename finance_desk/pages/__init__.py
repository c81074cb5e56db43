"""Pages for the buyer's finance staff, one topic a module; each exposes `router`."""
