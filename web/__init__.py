"""What every page stands on: rendering, languages, forms, errors, PDF, pictures and style sheets."""
