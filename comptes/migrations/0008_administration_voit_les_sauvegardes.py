"""Who administrates reads when the last backup was made."""

from django.db import migrations


def permettre(apps, schema_editor):
    # Permissions are normally made after all migrations: make this one here.
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    type_de_contenu, _ = ContentType.objects.get_or_create(
        app_label="sauvegarde", model="sauvegarde"
    )
    permission, _ = Permission.objects.get_or_create(
        content_type=type_de_contenu,
        codename="view_sauvegarde",
        defaults={"name": "Can view sauvegarde"},
    )
    # An installation may have done away with the role.
    for groupe in apps.get_model("auth", "Group").objects.filter(name="Administration"):
        groupe.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("comptes", "0007_revision_au_suivi"),
    ]

    operations = [migrations.RunPython(permettre, migrations.RunPython.noop)]
