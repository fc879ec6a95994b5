#!/usr/bin/env python
"""Django's command line, with one clear French sentence where the environment is at fault."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contrat_ville.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django n'est pas installé : lancez « make install », puis recommencez.")
    from contrat_ville.environnement import EnvironnementInvalideError, expliquer_base_indisponible
    from contrat_ville.version_base import refuser_base_plus_recente

    # What only looks at the migrations still may.
    if not {"showmigrations", "--plan"} & set(sys.argv):
        refuser_base_plus_recente()
    try:
        with expliquer_base_indisponible():
            execute_from_command_line(sys.argv)
    except EnvironnementInvalideError as erreur:
        sys.stderr.write(f"{erreur}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
