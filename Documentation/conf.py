"""Sphinx settings of the documentation site: ``make docs``."""

project = "RadioGenomics"
author = "The RadioGenomics authors"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "index"
html_theme = "furo"
html_title = "RadioGenomics (research use only)"
myst_heading_anchors = 3
# Links to files of the repository that are no pages of the site.
suppress_warnings = ["myst.xref_missing"]
