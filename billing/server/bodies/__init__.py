"""The bodies of requests from other systems, cut into the pieces that are read one by one."""
