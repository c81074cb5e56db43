"""Who may sign in, and as what: passwords, second factor, sessions, roles and permissions."""
