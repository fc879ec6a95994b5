"""Many ids named at once select what they would one by one."""

import pytest

from listes.parmi import parmi
from territoires.models import Organisme


@pytest.mark.django_db
def test_des_cles_choisissent_leurs_lignes_et_aucune_n_en_choisit() -> None:
    noms = [f"Porteur {rang}" for rang in range(40_000)]
    cles = [o.pk for o in Organisme.objects.bulk_create(Organisme(nom=nom) for nom in noms)]
    porteurs = Organisme.objects.order_by("pk")

    # More than a statement may have parameters.
    assert list(porteurs.filter(pk__in=parmi(cles)).values_list("nom", flat=True)) == noms
    assert porteurs.filter(pk__in=parmi([cles[3], cles[3], -1])).get().nom == "Porteur 3"
    assert not porteurs.filter(pk__in=parmi([])).exists()
