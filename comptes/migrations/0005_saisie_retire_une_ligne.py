"""Who types may take away a funding line typed by mistake."""

from django.db import migrations


def permettre(apps, schema_editor):
    # Permissions are normally made after all migrations: make this one here.
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    type_de_contenu, _ = ContentType.objects.get_or_create(
        app_label="financement", model="subvention"
    )
    permission, _ = Permission.objects.get_or_create(
        content_type=type_de_contenu,
        codename="delete_subvention",
        defaults={"name": "Can delete subvention"},
    )
    # An installation may have done away with the role.
    for groupe in apps.get_model("auth", "Group").objects.filter(name="Saisie"):
        groupe.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("comptes", "0004_journal"),
    ]

    operations = [migrations.RunPython(permettre, migrations.RunPython.noop)]
