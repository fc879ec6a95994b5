"""The mark of the last write now belongs to ``suivi``, which keeps the same table."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("comptes", "0006_revision"),
        ("suivi", "0001_initial"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name="Revision")],
        ),
    ]
