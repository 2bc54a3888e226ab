"""What is never requested, and why: private addresses, reserved names, links that act."""
