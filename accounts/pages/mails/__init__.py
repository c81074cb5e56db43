"""The pages about mails: choosing which to get, and those of a demo."""
