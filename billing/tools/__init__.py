"""Tools beside the service: demo, simulation, a simulated access point, benchmarks and the schema builder."""
