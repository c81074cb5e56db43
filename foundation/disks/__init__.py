"""What stands between a file and the disk it is to be on."""
