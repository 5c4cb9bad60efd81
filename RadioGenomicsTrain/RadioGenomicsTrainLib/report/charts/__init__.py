"""The figures of the report as SVG text, one chart to a file."""
