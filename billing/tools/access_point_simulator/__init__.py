"""A simulated access point: a real HTTP service that behaves, and misbehaves, as the network does.

`billing access-point simulate` runs it for demos and tests. It speaks the shapes of the products
we connect to, keeps its state on disk, and has faults that are switched on at its admin address.
It proves what our side does; it is no access point to the network.
"""
