"""What every format gives: links to read, prose, bytes to write; and how much it may unpack."""
