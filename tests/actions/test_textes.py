"""How the spaces of typed texts are kept: as the import keeps them."""

from actions.models import Action, Exercice, Theme
from territoires.models import Organisme


def test_les_espaces_d_une_action_saisie_sont_ceux_d_une_action_importee(
    contrat_2004: None,
) -> None:
    action = Action(
        exercice=Exercice.objects.create(annee=2005),
        reference=" R  1",
        intitule="Fête  du\tquartier ",
        theme=Theme.objects.get(numero=1),
        porteur=Organisme.objects.create(nom="Élan"),
        public="Jeunes\t12-15 ans",
        description="Un  bal\r\n\r\nUn\trepas ",
    )

    action.full_clean()

    assert (action.reference, action.intitule, action.public, action.description) == (
        "R 1",
        "Fête du quartier",
        "Jeunes 12-15 ans",
        "Un bal\n\nUn repas",
    )


def test_le_nom_d_un_organisme_aussi(db: None) -> None:
    organisme = Organisme(nom="Roue  libre ")

    organisme.full_clean()

    assert organisme.nom == "Roue libre"
