"""What tags mean, once, for everybody."""
