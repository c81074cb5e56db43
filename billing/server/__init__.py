"""What runs for long: the web application, its API and webhook, the worker and its jobs."""
