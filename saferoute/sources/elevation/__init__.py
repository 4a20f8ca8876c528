"""Heights: rasters, and tiles of two services."""
