"""The standard templates, their folders and their Express rules, as data."""

from core.catalog.express import rules_for, standard_rules
from core.catalog.standard import StandardTemplate, match, standard_templates

__all__ = ["StandardTemplate", "match", "rules_for", "standard_rules", "standard_templates"]
