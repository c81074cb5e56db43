"""Pages for suppliers, one topic a module; each exposes `router`."""
