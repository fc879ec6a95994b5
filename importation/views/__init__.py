"""What the addresses of imports answer."""
