"""The import: clients, templates, employees, tasks and documents from CSV files."""

from core.office.intake.folder import Imported, import_folder
from core.office.tables import Problem

__all__ = ["Imported", "Problem", "import_folder"]
