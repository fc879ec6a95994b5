"""Texts compared and ordered as people do, by the same rule in Python and in either database."""

import pytest

from listes.recherche import CleDeTri, approchant, cle_de_tri, sans_accents
from territoires.models import Organisme


def test_le_i_pointe_se_cherche_comme_un_i() -> None:
    assert sans_accents("İstanbul") == sans_accents("Istanbul") == "istanbul"


@pytest.mark.django_db
def test_la_base_trouve_ce_que_python_compare() -> None:
    for nom in ("İzmir en fête", "L’Œuvre Æ", "Écoles ÇA"):
        Organisme.objects.create(nom=nom)

    for cherche, trouve in (("izmir", "İzmir en fête"), ("l'oeuvre ae", "L’Œuvre Æ")):
        trouves = Organisme.objects.filter(nom__sans_accents__contains=sans_accents(cherche))
        assert [organisme.nom for organisme in trouves] == [trouve]


@pytest.mark.django_db
def test_les_references_se_rangent_comme_on_compte() -> None:
    attendus = ["", "2004-9", "2004-010", "É2", "e10", "R1", "R1a", "R2", "r10", "R10 bis"]
    for nom in sorted(attendus):
        Organisme.objects.create(nom=nom)

    ranges = Organisme.objects.order_by(CleDeTri("nom"), "pk")

    assert [organisme.nom for organisme in ranges] == attendus
    assert sorted(attendus, key=cle_de_tri) == attendus


@pytest.mark.django_db
@pytest.mark.parametrize("texte", ["R10", "aaa" + "0" * 30 + "7", "9" * 25, "1 234,50", "n°2–n°10"])
def test_la_base_donne_la_meme_cle_que_python(texte: str) -> None:
    Organisme.objects.create(nom=texte)

    assert Organisme.objects.values_list(CleDeTri("nom"), flat=True).get() == cle_de_tri(texte)


@pytest.mark.parametrize(
    ("cherche", "trouve"),
    [
        ("grande combe", "La Grand-Combe"),
        ("mediatoin", "mediation"),
        ("mediatoin santé", "mediation sante"),
        ("médiation", ""),
        ("xylophone", ""),
        ("", ""),
    ],
)
def test_ce_qui_s_approche_de_ce_qu_on_cherche(cherche: str, trouve: str) -> None:
    assert (
        approchant(cherche, ["Alès", "La Grand-Combe", "Médiation et santé au quartier"]) == trouve
    )
