"""The result as files for people: tables, charts, slice pictures and the report. Knows nothing of Slicer."""
