"""What earlier runs saw of each address, in a file that is checked before it is believed."""
