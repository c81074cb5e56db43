"""The page of settings, written from the models that read them."""
