"""Office files: Office Open XML, OpenDocument and EPUB, which are zip archives of parts."""
