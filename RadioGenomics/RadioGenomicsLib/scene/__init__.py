"""MRML in and out: scans, segments, markups, tables and plots as nodes, and the workflow over them."""
