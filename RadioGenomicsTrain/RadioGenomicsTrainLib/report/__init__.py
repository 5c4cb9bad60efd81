"""The report of a validation: one HTML file, its figures and its tables, from a record and nothing else."""
