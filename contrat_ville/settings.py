"""Wiring. Everything that changes from one installation to the next comes from the environment."""

import secrets
from pathlib import Path

import django_stubs_ext
import environ
from csp.constants import NONE, SELF

from contrat_ville.environnement import (
    EnvironnementInvalideError,
    lire_base,
    lire_booleen,
    lire_entier,
    lire_fournisseur,
    preparer_dossier,
)
from contrat_ville.journalisation import JSON

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / "var" / "local.env")

# --- Where we run ------------------------------------------------------------------------------
PRODUCTION = lire_booleen(env, "PRODUCTION")
DEBUG = lire_booleen(env, "DEBUG")
if PRODUCTION and DEBUG:
    raise EnvironnementInvalideError("DEBUG et PRODUCTION ne peuvent pas être actifs ensemble.")

SECRET_KEY = env.str("SECRET_KEY", default="" if PRODUCTION else secrets.token_urlsafe(50))
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10:
    raise EnvironnementInvalideError(
        "SECRET_KEY manque ou est trop faible : donnez-lui au moins 50 caractères aléatoires, "
        "par exemple avec « python -c 'import secrets; print(secrets.token_urlsafe(50))' »."
    )
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost"])
if PRODUCTION and not ALLOWED_HOSTS:
    raise EnvironnementInvalideError(
        "ALLOWED_HOSTS manque : donnez les noms de domaine servis, séparés par des virgules."
    )

# --- Applications ------------------------------------------------------------------------------
INSTALLED_APPS = [
    "comptes",
    "travaux",
    "listes",
    "suivi",
    "territoires",
    "financement",
    "axes",
    "actions",
    "sauvegarde",
    "importation",
    "bilan",
    "amorce",
    "consultation",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_bootstrap5",
    "django_filters",
    "django_htmx",
    "django_include_bootstrap",
    "django_tables2",
    "django_tasks",
    "django_tasks_db",
    "simple_history",
]

MIDDLEWARE = [
    "contrat_ville.journalisation.Requetes",
    "contrat_ville.bornes.CorpsLimite",
    "django.middleware.security.SecurityMiddleware",
    # Where nothing in front compresses; Django pads these pages against BREACH.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "comptes.journal.JournalDesAcces",
    "comptes.middleware.PermissionExigee",
    "comptes.second_facteur.SecondFacteurExige",
    "contrat_ville.bornes.LignesBornees",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "contrat_ville.urls"
WSGI_APPLICATION = "contrat_ville.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["listes.templatetags.chiffres"],
        },
    }
]

# --- Data --------------------------------------------------------------------------------------
DATABASES = {
    "default": lire_base(
        env.str("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'contrat.sqlite3'}")
    )
}
preparer_dossier(DATABASES["default"])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    # Failures to sign in are counted for all processes at once.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_partage",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Each process keeps its own, under keys that say all that a page depends on.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 200},
    },
}
FIXTURES = BASE_DIR / "fixtures"

# Long works: at once, in the request that asks for them, or in a queue that a worker empties.
_TACHES = (
    "django_tasks_db.DatabaseBackend"
    if lire_booleen(env, "FILE_DE_TRAVAUX")
    else "django_tasks.backends.immediate.ImmediateBackend"
)
TASKS = {"default": {"BACKEND": _TACHES}}

# --- Accounts ----------------------------------------------------------------------------------
AUTH_USER_MODEL = "comptes.Utilisateur"
AUTHENTICATION_BACKENDS = ["comptes.backends.Comptes"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 7 * 24 * 3600  # how long an invitation is good
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "consultation:accueil"
ACCOUNT_ADAPTER = "comptes.adaptateur.Adaptateur"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# By address, then by account; a success doesn't count. "key" is the name that was typed.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/m/ip,60/h/ip,5/5m/key,20/h/key",
    # Pages of an invitation, three for each person: a whole office may have one address.
    "reset_password_from_key": "60/m/ip",
}
# How many proxies stand in front and add to X-Forwarded-For; 0: the peer's own address.
ALLAUTH_TRUSTED_PROXY_COUNT = lire_entier(env, "MANDATAIRES", defaut=0)
ACCOUNT_SESSION_REMEMBER = False  # a shared desk: closing the browser ends the session
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "contrat_session"

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "add_webauthn": "comptes.forms.AjoutDeCle",
    "edit_webauthn": "comptes.forms.NomDeCle",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # a telephone half a minute late
MFA_TOTP_ISSUER = "Contrat de ville"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost, nothing else
# Roles that sign in with a second factor or not at all; superusers with them.
SECOND_FACTEUR_ROLES = env.list("SECOND_FACTEUR_ROLES", default=[])

# Single sign-on: one OpenID Connect provider, or none. Accounts are matched, not made.
FOURNISSEUR = lire_fournisseur(env)
OIDC_CREER_COMPTES = lire_booleen(env, "OIDC_CREER_COMPTES")
SOCIALACCOUNT_ADAPTER = "comptes.adaptateur.Federation"
SOCIALACCOUNT_PROVIDERS = (
    {"openid_connect": {"APPS": [FOURNISSEUR], "OAUTH_PKCE_ENABLED": True}} if FOURNISSEUR else {}
)
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
JOURNAL_MOIS = lire_entier(env, "JOURNAL_MOIS", defaut=12)
# How long what is deleted can be restored; 0: not at all.
CORBEILLE_JOURS = lire_entier(env, "CORBEILLE_JOURS", defaut=90)

# --- Language ----------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LOCALE_PATHS = [BASE_DIR / "locale"]  # the administration's sentences, where Django's read badly
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

# --- Files -------------------------------------------------------------------------------------
STATIC_URL = "static/"
# Collected for production only: elsewhere the files are served from where they lie.
STATIC_ROOT = BASE_DIR / "staticfiles" if PRODUCTION else None
STATICFILES_DIRS = [BASE_DIR / "static"]
# What people join to actions: never served by address, always by a view.
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "var" / "fichiers")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION

# --- Security ----------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *([FOURNISSEUR["origine"]] if FOURNISSEUR else [])],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    # Asked from inside, without the proxy.
    SECURE_REDIRECT_EXEMPT = [r"^sante/"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# --- Logs --------------------------------------------------------------------------------------
if PRODUCTION:
    LOGGING = JSON

# --- The contract ------------------------------------------------------------------------------
CONTRAT = env.str("CONTRAT", default="Contrat de ville du Territoire Alésien")
TERRITOIRE = env.str("TERRITOIRE", default="Territoire Alésien (Gard)")

# --- Who runs the site, as its public pages say it ----------------------------------------------
EXPLOITANT = env.str("EXPLOITANT", default="")
HEBERGEUR = env.str("HEBERGEUR", default="")
CONTACT = env.str("CONTACT", default="")
# What an audit concluded; nothing else than « non conforme » may be said without one.
ACCESSIBILITE = env.str("ACCESSIBILITE", default="non conforme")
ACCESSIBILITE_AUDIT = env.str("ACCESSIBILITE_AUDIT", default="")

# --- Pages -------------------------------------------------------------------------------------
BOOTSTRAP5 = {"set_placeholder": False}
DJANGO_TABLES2_TEMPLATE = "django_tables2/bootstrap5-responsive.html"
