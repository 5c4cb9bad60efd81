"""Genes: symbols, marker panels and the result tables. Knows nothing of Slicer."""
