"""What every room stands on: value classes, patterns compiled when first used, interrupts."""
