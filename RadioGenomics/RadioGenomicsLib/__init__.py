"""Predict a glioma's gene expression from MRI: in 3D Slicer, in a script, on the command line."""

__version__ = "0.1.0"
