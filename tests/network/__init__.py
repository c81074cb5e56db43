"""The product against the real parts of a network, on this machine: name servers, registers, access points."""
