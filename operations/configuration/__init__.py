"""What an installation can set, told: the settings as rows, and names in the environment that are none."""
