"""What is known about each SDK, as data."""
