"""Which image feature goes with which gene: every pair tested, with covariates taken out."""
