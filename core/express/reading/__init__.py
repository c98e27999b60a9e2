"""From a file's bytes to what it says. Kept empty: the reading processes import this package, and start cheaply."""
