"""The steps of a training as a user takes them, each of which can be taken again: plan to bundle."""
