"""Search for places by coordinates or by name."""
