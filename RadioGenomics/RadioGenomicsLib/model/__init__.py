"""The network, the bundle format, and the predictor."""
