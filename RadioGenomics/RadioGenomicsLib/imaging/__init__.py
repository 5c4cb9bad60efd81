"""Volumes as numpy arrays with geometry: read, align, extract the brain, find the tumor."""
