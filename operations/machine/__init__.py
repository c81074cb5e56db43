"""The machine an installation runs on: whether its clock may be believed, and whether its disks have room."""
