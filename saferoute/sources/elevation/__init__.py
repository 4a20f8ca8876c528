"""Sources of heights: local rasters, Mapterhorn and GLO-30."""
