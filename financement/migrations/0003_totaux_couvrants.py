"""The totals of a list read one index: the money's index covers the three stages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("actions", "0003_initial"), ("financement", "0002_version")]

    operations = [
        migrations.RemoveIndex(model_name="subvention", name="subvention_accorde_couvrant"),
        migrations.AddIndex(
            model_name="subvention",
            index=models.Index(
                fields=[
                    *("action", "nature", "financeur"),
                    *("montant_accorde", "montant_demande", "montant_verse"),
                ],
                name="subvention_couvrant",
            ),
        ),
    ]
