"""Prepared studies, folds, encoder and gene head training."""
