"""Out-of-fold scoring of predicted mRNA levels: correlations, valid nulls, multiple testing, figures."""
