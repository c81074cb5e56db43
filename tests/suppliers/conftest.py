"""The programs' own scripts are run by their own Python, and are no modules of ours."""

collect_ignore_glob = ["programs/*"]
