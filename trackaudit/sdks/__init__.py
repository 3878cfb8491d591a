"""What is known about each SDK, as data."""

CARRYING = ("bags", "id", "pairs", "texts", "values")  # the ways in which a parameter of a send carries data
