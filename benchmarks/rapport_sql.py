"""Building the report over raw SQL for the same sums: one year of 50 000 actions, alone then
among twenty; the cost of a year doesn't depend on how many others there are.

``python -m benchmarks.rapport_sql`` measures the whole report of a year alone; with ``million``,
its tables among twenty years and a million actions.
"""

import sys

from benchmarks.base import Releve, ouvrir, ratio

SQL_MONTANTS = """
SELECT a.commune_id, a.theme_id, s.financeur_id, SUM(s.montant_accorde)
FROM financement_subvention s
JOIN actions_action a ON a.id = s.action_id
JOIN actions_exercice e ON e.id = a.exercice_id
WHERE e.annee = %s AND s.nature = 'FONCTIONNEMENT' AND a.statut NOT IN ('REFUSEE', 'ABANDONNEE')
GROUP BY a.commune_id, a.theme_id, s.financeur_id
"""
SQL_NOMBRES = """
SELECT a.commune_id, a.theme_id, a.nature, a.provenance, COUNT(*)
FROM actions_action a
JOIN actions_exercice e ON e.id = a.exercice_id
WHERE e.annee = %s AND a.statut NOT IN ('REFUSEE', 'ABANDONNEE')
GROUP BY a.commune_id, a.theme_id, a.nature, a.provenance
"""
MILLION = "million" in sys.argv[1:]


def main() -> int:
    annee = 2014 if MILLION else 2005
    if MILLION:
        ouvrir(1_000_000, range(2005, 2025))
    else:
        ouvrir(50_000, range(2005, 2006))
    from django.db import connection

    from bilan.exercices import etablir
    from bilan.rapport import etablir_rapport

    def brut() -> None:
        with connection.cursor() as curseur:
            for ordre in (SQL_MONTANTS, SQL_NOMBRES):
                curseur.execute(ordre, [annee])
                curseur.fetchall()

    releve = Releve()
    if MILLION:
        mesure = ratio(lambda: etablir(annee), brut, tours=9)
        releve.dire("tableaux d'un exercice parmi vingt / SQL brut", mesure, 1.3)
    else:
        mesure = ratio(lambda: etablir_rapport(annee), brut, tours=9)
        releve.dire("rapport de 50 000 actions / SQL brut", mesure, 1.5)
    return releve.manques


if __name__ == "__main__":
    sys.exit(main())
