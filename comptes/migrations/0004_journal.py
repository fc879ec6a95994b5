"""The audit log, who reads it, and the cache that all processes share."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.core.management import call_command
from django.db import migrations, models


def creer_cache(apps, schema_editor):
    call_command(
        "createcachetable", "cache_partage", database=schema_editor.connection.alias, verbosity=0
    )


def retirer_cache(apps, schema_editor):
    schema_editor.execute("DROP TABLE IF EXISTS cache_partage")


def ouvrir_a_l_administration(apps, schema_editor):
    type_de_contenu, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="comptes", model="evenement"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=type_de_contenu,
        codename="view_evenement",
        defaults={"name": "Can view événement du journal"},
    )
    for groupe in apps.get_model("auth", "Group").objects.filter(name="Administration"):
        groupe.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("comptes", "0003_roles"),
    ]

    operations = [
        migrations.CreateModel(
            name="Evenement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "le",
                    models.DateTimeField(
                        db_index=True,
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="le",
                    ),
                ),
                (
                    "genre",
                    models.CharField(
                        choices=[
                            ("CONNEXION", "Connexion"),
                            ("DECONNEXION", "Déconnexion"),
                            ("ECHEC", "Connexion refusée"),
                            ("BLOCAGE", "Connexion bloquée : trop d'échecs"),
                            ("REFUS", "Accès refusé"),
                            ("EXPORT", "Fichier téléchargé"),
                            ("ROLE", "Rôles modifiés"),
                            ("COMPTE", "Compte modifié"),
                            ("SECRET", "Mot de passe ou second facteur modifié"),
                            ("SESSIONS", "Session terminée à distance"),
                            ("PERSONNE", "Données personnelles exportées ou effacées"),
                        ],
                        editable=False,
                        max_length=12,
                        verbose_name="événement",
                    ),
                ),
                (
                    "adresse",
                    models.GenericIPAddressField(
                        editable=False, null=True, verbose_name="adresse réseau"
                    ),
                ),
                (
                    "detail",
                    models.CharField(
                        blank=True, editable=False, max_length=500, verbose_name="détail"
                    ),
                ),
                (
                    "compte",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="compte",
                    ),
                ),
            ],
            options={
                "verbose_name": "événement du journal",
                "verbose_name_plural": "journal des accès",
                "ordering": ["-le", "-pk"],
            },
        ),
        migrations.RunPython(creer_cache, retirer_cache),
        migrations.RunPython(ouvrir_a_l_administration, migrations.RunPython.noop),
    ]
