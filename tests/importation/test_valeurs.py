"""Cells as people write them."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from importation import valeurs
from importation.lecture import Cellule, CelluleEnForme, CelluleIllisible
from importation.referentiel import Referentiel, ValeurRefuseeError


@pytest.mark.parametrize(
    ("cellule", "attendu"),
    [
        ("1 234,56 €", Decimal("1234.56")),
        ("1234.5", Decimal("1234.5")),
        ("1 234", Decimal(1234)),
        ("1\u00a0234", Decimal(1234)),
        ("1\u202f234", Decimal(1234)),
        ("1,234.50", Decimal("1234.50")),
        ("3.500,50", Decimal("3500.50")),
        (1234.5600000000001, Decimal("1234.56")),
        (12, Decimal(12)),
        ("0", Decimal(0)),
        (0, Decimal(0)),
        (0.0, Decimal(0)),
        ("", None),
        ("  ", None),
        ("—", None),
        ("-", None),
    ],
)
def test_un_montant(cellule: Cellule, attendu: Decimal | None) -> None:
    lu = valeurs.lire_montant_de(cellule)

    assert lu == attendu
    assert (lu is None) == (attendu is None)


@pytest.mark.parametrize(
    ("cellule", "message"),
    [
        ("1.234", "« 1.234 » se lit de deux façons : écrivez 1\u202f234 ou 1,23."),
        ("12a", "« 12a » n'est pas un montant"),
        ("1e5", "n'est pas un montant"),
        ("-12", "Un reversement ne s'importe pas"),
        (-12, "Un reversement ne s'importe pas"),
        (1e15, "trop grand : dix chiffres au plus"),
        (float("nan"), "trop grand"),
        (float("inf"), "trop grand"),
        (1.234, "Deux décimales au plus"),
        (True, "Un montant est attendu"),
        (datetime.date(2005, 1, 2), "Le tableur y voit une date"),
        (CelluleIllisible("erreur de calcul"), "Erreur de calcul."),
    ],
)
def test_un_montant_refuse(cellule: Cellule, message: str) -> None:
    with pytest.raises(ValeurRefuseeError, match=message):
        valeurs.lire_montant_de(cellule)


@pytest.mark.parametrize(
    "cellule",
    [
        datetime.date(2004, 12, 31),
        "31/12/2004",
        "31/12/04",
        "31-12-2004",
        "31.12.2004",
        "31 déc. 2004",
        "2004-12-31",
        "2004-12-31 00:00:00",
    ],
)
def test_une_date(cellule: Cellule) -> None:
    assert valeurs.lire_date(cellule) == datetime.date(2004, 12, 31)


@pytest.mark.parametrize(
    ("cellule", "message"),
    [
        ("31/13/2004", "Date attendue, par exemple 31/12/2004."),
        ("printemps", "Date attendue"),
        (38352.0, "Ce nombre est celui du 31/12/2004 : mettez la colonne au format date"),
        ("38352", "31/12/2004"),
        (datetime.date(1, 1, 1), "Date attendue"),
    ],
)
def test_une_date_refusee(cellule: Cellule, message: str) -> None:
    with pytest.raises(ValeurRefuseeError, match=message):
        valeurs.lire_date(cellule)


@pytest.mark.parametrize("cellule", ["732 829 320 00074", "73282932000074", 73282932000074.0])
def test_un_siret(cellule: Cellule) -> None:
    assert valeurs.lire_siret(cellule) == "73282932000074"


@pytest.mark.parametrize(
    ("cellule", "message"),
    [
        ("2,43E+13", "Le tableur a arrondi ce SIRET"),
        ("2.43e13", "Le tableur a arrondi ce SIRET"),
        (24300000000000.0, "Le tableur a arrondi ce SIRET"),
        ("73282932000075", "il faut 14 chiffres, dont le dernier contrôle les autres"),
    ],
)
def test_un_siret_refuse(cellule: Cellule, message: str) -> None:
    with pytest.raises(ValeurRefuseeError, match=message):
        valeurs.lire_siret(cellule)


@pytest.mark.parametrize(
    ("cellule", "nom"),
    [
        ("30132", "La Grand-Combe"),
        (30132.0, "La Grand-Combe"),
        ("La Grand-Combe", "La Grand-Combe"),
        ("Grand'Combe", "La Grand-Combe"),
        ("LA GRAND COMBE", "La Grand-Combe"),
        ("Boisset", "Boisset-et-Gaujac"),
        ("Boisset-Gaujac", "Boisset-et-Gaujac"),
        ("St-Julien", "Saint-Julien-les-Rosiers"),
        ("saint julien les rosiers", "Saint-Julien-les-Rosiers"),
        ("St Christol lès Alès", "Saint-Christol-lez-Alès"),
        ("Ales", "Alès"),
    ],
)
def test_une_commune(ref: Referentiel, cellule: Cellule, nom: str) -> None:
    lu = valeurs.lire_commune(cellule, ref)

    assert isinstance(lu, int)
    assert ref.communes.noms[lu] == nom


@pytest.mark.parametrize("cellule", ["transterritorial", "Trans-territorial", "TRANSTERRITORIALE"])
def test_transterritorial(ref: Referentiel, cellule: Cellule) -> None:
    assert valeurs.lire_commune(cellule, ref) == "transterritorial"


@pytest.mark.parametrize(
    ("cellule", "numero"),
    [
        (3.0, 3),
        ("3", 3),
        ("culture", 3),
        ("3 - Culture", 3),
        ("Emploi / Insertion", 7),
        ("Emploi/Insertion", 7),
        ("Informa-tion/Participation des habitants", 10),
        ("Animation de type centre social", 9),
        ("Animation type centre social", 9),
    ],
)
def test_un_theme(ref: Referentiel, cellule: Cellule, numero: int) -> None:
    assert valeurs.lire_theme(cellule, ref) == ref.themes.codes[str(numero)]


@pytest.mark.parametrize(
    ("cellule", "code"),
    [
        ("etat", "ETAT"),
        ("Préfecture", "ETAT"),
        ("cg", "CG"),
        ("Conseil Général du Gard", "CG"),
        ("Fasild", "FASILD"),
        ("DRAC", "DRAC"),
        ("Ville", "VILLE"),
    ],
)
def test_un_financeur(ref: Referentiel, cellule: Cellule, code: str) -> None:
    assert valeurs.lire_financeur(cellule, ref) == ref.financeurs.codes[code]


@pytest.mark.parametrize("cellule", ["1, 3", "1;3", "axe 1, axe 3", 1.3, "n° 1\nn° 3"])
def test_des_axes(ref: Referentiel, cellule: Cellule) -> None:
    assert valeurs.lire_axes(cellule, ref) == frozenset({ref.axes.codes["1"], ref.axes.codes["3"]})


@pytest.mark.parametrize(
    ("lire", "cellule", "message"),
    [
        (
            valeurs.lire_commune,
            "Alese",
            "« Alese » n'est pas une commune du contrat : vouliez-vous",
        ),
        (valeurs.lire_commune, "Paris", "Un code INSEE convient aussi, ou « transterritorial »"),
        (valeurs.lire_theme, "Cultur", "vouliez-vous dire « Culture » ?"),
        (valeurs.lire_theme, 99, "« 99 » n'est pas un thème connu : attendu "),
        (valeurs.lire_financeur, "Europe", "« Europe » n'est pas un financeur connu : "),
        (valeurs.lire_axes, "1, 99", "« 99 » n'est pas un axe transversal : "),
    ],
)
def test_un_nom_inconnu_dit_ceux_qui_conviendraient(
    ref: Referentiel, lire: Callable[[Any, Referentiel], Any], cellule: Cellule, message: str
) -> None:
    with pytest.raises(ValeurRefuseeError) as refus:
        lire(cellule, ref)

    assert message in str(refus.value)


def test_un_texte_trop_long_ou_invisible() -> None:
    with pytest.raises(ValeurRefuseeError, match="251 caractères : 250 au plus"):
        valeurs.lire_texte("x" * 251, 250)
    with pytest.raises(ValeurRefuseeError, match="caractère invisible"):
        valeurs.lire_texte("a\x00b", 250)
    assert valeurs.lire_texte("  deux\n mots  ", 250) == "deux mots"
    assert valeurs.lire_texte("'=1+1", 250) == "=1+1"
    assert valeurs.lire_paragraphes("un\n\n deux ") == "un\n\ndeux"


@pytest.mark.parametrize(
    ("cellule", "annee"),
    [
        (2004, 2004),
        (2004.0, 2004),
        ("Exercice 2004", 2004),
        ("01/07/2004", 2004),
        (datetime.date(2004, 7, 1), 2004),
        ("", None),
        ("2004-2006", "Une année est attendue, par exemple 2004."),
        ("cette année", "Une année est attendue, par exemple 2004."),
    ],
)
def test_une_annee(cellule: Cellule, annee: int | str | None) -> None:
    if isinstance(annee, str):
        with pytest.raises(ValeurRefuseeError, match=annee):
            valeurs.lire_exercice(cellule)
    else:
        assert valeurs.lire_exercice(cellule) == annee


@pytest.mark.parametrize("chiffres", [73282932000000, "73 282 932 000 000", "7,3282932E+13"])
def test_un_siret_arrondi_se_voit_meme_quand_sa_cle_tombe_juste(chiffres: int | str) -> None:
    with pytest.raises(ValeurRefuseeError, match="Le tableur a arrondi ce SIRET"):
        valeurs.lire_siret(chiffres)


@pytest.mark.parametrize(
    ("cellule", "texte"),
    [
        (CelluleEnForme(7.0, "007"), "007"),
        (CelluleEnForme(2.1, "2.10"), "2.10"),
        (CelluleEnForme(0.75, "75%", "un pourcentage"), "75%"),
    ],
)
def test_un_texte_se_lit_comme_la_cellule_le_montre(cellule: CelluleEnForme, texte: str) -> None:
    assert valeurs.lire_texte(cellule, 40) == texte


def test_un_identifiant_de_plus_de_quinze_chiffres_est_refuse() -> None:
    with pytest.raises(ValeurRefuseeError, match="n'a gardé que 15 chiffres"):
        valeurs.lire_texte(1234567890123456.0, 40)


def test_un_montant_se_lit_dans_ce_que_la_cellule_contient() -> None:
    assert valeurs.lire_montant_de(CelluleEnForme(1500.0, "1500.00")) == 1500
    assert valeurs.lire_siret(CelluleEnForme(73282932000074.0, "7E+13")) == "73282932000074"
