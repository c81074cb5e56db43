"""The frame around every page: what the installation is called, for whom somebody is there, and how it looks."""
