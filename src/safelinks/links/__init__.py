"""Links in running text: found whole or damaged, unwrapped, and written anew."""
