"""Malote's engine: it knows no screen."""

__version__ = "0.1.0"
