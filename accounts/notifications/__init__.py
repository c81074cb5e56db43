"""Notifications: what somebody is mailed about, told in the pages too until it has been opened there."""
