"""The roles, as groups with their permissions."""

from django.db import migrations

from comptes.roles import ROLES


def creer(apps, schema_editor):
    # Permissions are normally made after all migrations: make those that roles need, here.
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for role, droits in ROLES.items():
        groupe, _ = Group.objects.get_or_create(name=role)
        permissions = []
        for droit in sorted(droits):
            application, code = droit.split(".")
            modele = {
                "cloturer_exercice": "exercice",
                "annuler_importation": "importation",
            }.get(code, code.partition("_")[2])
            type_de_contenu, _ = ContentType.objects.get_or_create(
                app_label=application, model=modele
            )
            permission, _ = Permission.objects.get_or_create(
                content_type=type_de_contenu,
                codename=code,
                defaults={"name": f"Can {code.replace('_', ' ')}"},
            )
            permissions.append(permission)
        groupe.permissions.add(*permissions)


def retirer(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("comptes", "0002_initial"),
    ]

    operations = [migrations.RunPython(creer, retirer)]
