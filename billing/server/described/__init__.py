"""How the machine API is described to programs: one OpenAPI document, made of what the routes say."""
