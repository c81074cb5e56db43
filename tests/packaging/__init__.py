"""How the product is packaged: images, clusters, units, releases, licences, and what an adopter looks for first."""
