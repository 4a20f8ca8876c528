"""The meaning of OpenStreetMap's tags, by subject: the one place that every other room asks."""
