"""The report as an Excel workbook that a reader can check: its formulas count the rows again."""

from bilan.rendus.xlsx.classeur import FEUILLES, ecrire_xlsx

__all__ = ["FEUILLES", "ecrire_xlsx"]
