"""OpenStreetMap: extracts, their index, and Overpass."""
