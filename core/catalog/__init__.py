"""The standard templates, their folders and their Express rules, as data."""

from core.catalog.standard import StandardTemplate, match, standard_templates

__all__ = ["StandardTemplate", "match", "standard_templates"]
