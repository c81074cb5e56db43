"""Finding documents at the desk, going through its queue, and its forms and pictures."""
