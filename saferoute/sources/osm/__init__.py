"""Sources of OpenStreetMap data: local extracts with their index, and Overpass."""
