"""How the documentation site is built: Sphinx over the pages of this directory, which are Markdown.

`docs/generated.py` fills in what is made from the code. Nothing is fetched: links to the
documentation of others are ordinary links.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from safelinks import __version__

project = "safelinks"
author = "The safelinks authors"
copyright = f"2026, {author}"  # noqa: A001  Sphinx's name for it
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "generated"]
exclude_patterns = ["build"]
html_theme = "furo"
html_title = f"safelinks {__version__}"
html_copy_source = False
html_show_sphinx = False

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 4  # as the services do that show a repository: `page.md#a-heading`

# A word between backticks in a docstring is code.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
