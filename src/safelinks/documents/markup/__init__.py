"""HTML, XML and CSS: where addresses stand in them, and the text that people see."""
