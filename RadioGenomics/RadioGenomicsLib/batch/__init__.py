"""Many patients: who they are, what was asked for them, their predictions, and one summary."""
