# The one door for whoever installs, runs or changes this application: « make help ».
PYTHON ?= python3
PORT ?= 8000
VENV := .venv/bin/python
MANAGE := $(VENV) manage.py
EXECUTION := .venv/.execution
DEVELOPPEMENT := .venv/.developpement
PIP := $(VENV) -m pip install -qq --disable-pip-version-check --require-hashes

export PORT
.DEFAULT_GOAL := help
.PHONY: help install bilan run test lint format epreuves captures bench preparation

help: ## Afficher cette aide
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(DEVELOPPEMENT) ## Installer l'application et ses outils dans .venv
	@echo "Tout est installé dans .venv."

bilan: preparation ## Préparer la base, charger 2004 si elle est vide, écrire le bilan, imprimer le contrôle
	@$(MANAGE) controle 2004

run: preparation ## Faire « make bilan », puis servir sur http://127.0.0.1:$PORT (8000)
	@$(MANAGE) controle 2004 || echo "Le contrôle ci-dessus n'est pas conforme : les chiffres concernés y sont nommés, l'application est servie quand même."
	@$(MANAGE) creer_demo
	@exec $(VENV) -m gunicorn --config outils/serveur.py contrat_ville.wsgi

test: $(DEVELOPPEMENT) ## Tout vérifier : code, gabarits, migrations, tests (SQLite, puis PostgreSQL pour ce qui en dépend)
	@$(VENV) outils/verifier.py code tests

lint: $(DEVELOPPEMENT) ## Vérifier le code, les types, les gabarits et les migrations, sans les tests
	@$(VENV) outils/verifier.py code

epreuves: $(DEVELOPPEMENT) ## Jouer les longues épreuves, puis tous les tests sur PostgreSQL
	@$(VENV) outils/verifier.py epreuves

captures: $(DEVELOPPEMENT) ## Refaire les images du guide (il faut Chromium)
	@$(VENV) outils/captures.py
	@$(VENV) -m outils.captures_saisie

bench: $(DEVELOPPEMENT) ## Mesurer les performances, en rapports dans un même passage
	@$(VENV) outils/mesurer.py

format: $(DEVELOPPEMENT) ## Mettre le code en forme
	@$(VENV) -m ruff check --quiet --fix-only .
	@$(VENV) -m ruff format .

preparation: $(EXECUTION)
	@$(VENV) outils/preparer.py
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) charger_2004
	@mkdir -p sorties
	@for format in pdf xlsx; do \
		$(MANAGE) bilan 2004 --format $$format -o sorties/bilan-2004.$$format && echo "Écrit : sorties/bilan-2004.$$format"; \
	done

# A stamp is older than its lock file when the lock has changed: only then does pip run.
$(EXECUTION): requirements.txt | $(VENV)
	@echo "Installation des dépendances (une à deux minutes la première fois)…"
	@$(PIP) -r requirements.txt
	@touch $@

# The development lock holds everything that the execution one does, at the same versions.
$(DEVELOPPEMENT): requirements-dev.txt requirements.txt | $(VENV)
	@echo "Installation des dépendances et des outils (deux à trois minutes la première fois)…"
	@$(PIP) -r requirements-dev.txt
	@touch $(EXECUTION) $@

$(VENV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Il faut Python 3.11 ou plus récent : donnez-le par « make … PYTHON=/chemin/de/python3 »." >&2; exit 1; }
	@$(PYTHON) -m venv .venv || \
		{ echo "Python ne sait pas créer .venv : installez son module venv (Debian : apt install python3-venv)." >&2; rm -rf .venv; exit 1; }
