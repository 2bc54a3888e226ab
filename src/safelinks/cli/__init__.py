"""The command line: parse options, call the library, print, exit. No logic of its own."""
