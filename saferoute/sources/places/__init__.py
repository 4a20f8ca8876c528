"""From what a person writes to a point."""
