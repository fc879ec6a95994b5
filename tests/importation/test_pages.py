"""The pages of imports: Nadia receives a file with mistakes, and sees it through."""

import io
import re
from pathlib import Path

import openpyxl
import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from actions.models import Action, Exercice, Theme
from comptes.models import Utilisateur
from financement.models import Financeur
from importation import views
from importation.lecture import lire
from importation.models import CorrespondanceRetenue, Importation
from territoires.models import Commune, Organisme

ENTETES = "Intitulé;Porteur;Commune;Thème;Ville accordé\n"
FAUX = ENTETES + "Ateliers;Les Amis;Alese;1;100\nCirque;Les Amis;Alès;3;200\n"
JUSTE = FAUX.replace("Alese", "Alès")


@pytest.fixture
def nadia(client: Client, agent: Utilisateur) -> Client:
    client.force_login(agent)
    return client


def _envoyer(client: Client, exercice: Exercice, texte: str, nom: str = "amis.csv") -> Importation:
    reponse = client.post(
        reverse("importation:nouveau"),
        {"exercice": exercice.pk, "fichier": SimpleUploadedFile(nom, texte.encode("cp1252"))},
    )
    importation = Importation.objects.latest("pk")
    assert reponse["Location"] == reverse("importation:apercu", args=[importation.pk])
    return importation


def test_l_histoire_d_un_fichier_avec_une_erreur(nadia: Client, exercice: Exercice) -> None:
    importation = _envoyer(nadia, exercice, FAUX)
    apercu = reverse("importation:apercu", args=[importation.pk])

    page = nadia.get(apercu).content.decode()
    assert "« Alese » n&#x27;est pas une commune du contrat : vouliez-vous dire « Alès » ?" in page
    assert "Appliquer cet import" not in page

    annote = nadia.get(reverse("importation:annote", args=[importation.pk])).content
    feuille = openpyxl.load_workbook(io.BytesIO(annote)).worksheets[0]
    assert feuille["C2"].comment.text.startswith("« Alese » n'est pas une commune")

    corrigee = _envoyer(nadia, exercice, JUSTE)
    apercu = reverse("importation:apercu", args=[corrigee.pk])
    page = nadia.get(apercu).content.decode()
    assert "Appliquer cet import" in page
    assert '<data value="300">300\u00a0€</data>' in page
    assert not Action.objects.de_l_exercice(2005).exists()

    reponse = nadia.post(reverse("importation:appliquer", args=[corrigee.pk]), follow=True)
    assert "L&#x27;import est appliqué." in reponse.content.decode()
    assert Action.objects.de_l_exercice(2005).count() == 2

    annuler = reverse("importation:annuler", args=[corrigee.pk])
    assert "Les actions qu’il a créées (2) seront supprimées" in nadia.get(annuler).content.decode()
    reponse = nadia.post(annuler, follow=True)
    assert "L&#x27;import est annulé : tout est comme avant lui." in reponse.content.decode()
    assert not Action.objects.de_l_exercice(2005).exists()


def test_les_colonnes_se_corrigent_et_le_choix_est_retenu(
    nadia: Client, exercice: Exercice
) -> None:
    texte = "Intitulé;Association;Thème;Somme\nUn;Les Amis;1;100\n"
    importation = _envoyer(nadia, exercice, texte)
    colonnes = reverse("importation:colonnes", args=[importation.pk])
    page = nadia.get(colonnes).content.decode()
    assert "Rubrique de « Somme »" in page
    choix = {
        "colonne_0": "intitule",
        "colonne_1": "porteur",
        "colonne_2": "theme",
        "colonne_3": "montant_accorde",
        "constante_commune": "Alès",
        "constante_financeur": "Fasild",
        "exercice": exercice.pk,
    }

    refuse = nadia.post(colonnes, choix | {"colonne_3": "theme"})
    accepte = nadia.post(colonnes, choix)

    assert "remplit déjà cette rubrique" in refuse.content.decode()
    assert accepte.status_code == 302
    importation.refresh_from_db()
    assert (importation.etat, importation.erreurs, importation.creees) == ("VERIFIEE", 0, 1)
    assert importation.rapport["totaux"]["apres"]["financeurs"] == {"Fasild": {"accorde": 100}}
    assert [r.colonnes["Somme"] for r in CorrespondanceRetenue.objects.all()] == ["montant_accorde"]


def test_ce_qui_vaut_pour_tout_un_fichier_ne_passe_pas_au_fichier_d_un_autre(
    nadia: Client, client: Client, exercice: Exercice
) -> None:
    """Two associations fill in the same headings, as the law asks."""
    choix = {
        "exercice": exercice.pk,
        "colonne_0": "intitule",
        "colonne_1": "porteur",
        "colonne_2": "montant_accorde",
        "constante_commune": "Bagard",
        "constante_theme": "Culture",
        "constante_financeur": "Ville",
        "constante_statut": "Accordée",
    }
    entetes = "objet;nomBeneficiaire;montant\n"
    premier = _envoyer(nadia, exercice, f"{entetes}Fête des voisins;Les Amis;1500\n", "a.csv")
    nadia.post(reverse("importation:colonnes", args=[premier.pk]), choix)
    page = nadia.get(reverse("importation:apercu", args=[premier.pk])).content.decode()
    assert (
        "Pour tout le fichier : Commune : <strong>Bagard</strong> ; Thème : "
        "<strong>Culture</strong> ; Financeur : <strong>Ville</strong> ; Statut : "
        "<strong>Accordée</strong>."
    ) in page
    client.force_login(Utilisateur.objects.create_superuser("ines", password="mot-de-passe-long"))
    suivant = Exercice.objects.create(annee=2006)

    second = _envoyer(client, suivant, f"{entetes}Atelier vélo;Vélo pour tous;2500\n", "b.csv")

    assert second.correspondance["constantes"] == {}
    assert second.correspondance["colonnes"] == {
        "objet": "intitule",
        "nomBeneficiaire": "porteur",
        "montant": "montant_accorde",
    }
    assert second.creees == 0
    assert [e["colonne"] for e in second.rapport["erreurs"]] == ["montant", "Thème", "Commune"]


def test_statut_credits_nature_et_annee_se_donnent_pour_tout_le_fichier(
    nadia: Client, exercice: Exercice
) -> None:
    """A list of what was voted says neither the decision, nor whose money is of what kind."""
    suivant = Exercice.objects.create(annee=2006)
    texte = "Intitulé;Porteur;Commune;Thème;Ville accordé\nUn;Les Amis;Alès;1;100\n"
    importation = _envoyer(nadia, exercice, texte)
    apercu = reverse("importation:apercu", args=[importation.pk])
    assert "encore « Déposée »" in nadia.get(apercu).content.decode()
    choix = {
        "exercice": suivant.pk,
        "colonne_0": "intitule",
        "colonne_1": "porteur",
        "colonne_2": "commune",
        "colonne_3": "theme",
        "colonne_4": "VILLE:accorde",
        "constante_statut": "Accordée",
        "constante_credit": "Droit commun",
        "constante_nature_financement": "Investissement",
    }

    nadia.post(reverse("importation:colonnes", args=[importation.pk]), choix)
    nadia.post(reverse("importation:appliquer", args=[importation.pk]))

    action = Action.objects.get(exercice=suivant)
    subvention = action.subventions.get()
    assert (action.statut, action.nature) == ("ACCORDEE", "ACTION")
    assert (subvention.nature, subvention.credit) == ("INVESTISSEMENT", "DROIT_COMMUN")
    importation.refresh_from_db()
    assert importation.rapport["avertissements"] == []


def _selectionnees(page: str) -> list[str]:
    """What each list of choices holds, in the order of the page."""
    listes = re.findall(r"<select.*?</select>", page, re.DOTALL)
    return [re.findall(r'<option value="([^"]*)" selected', liste)[0] for liste in listes]


def test_des_en_tetes_que_personne_ne_connait_se_choisissent(
    nadia: Client, exercice: Exercice
) -> None:
    """Nobody edits another's file to import it."""
    lignes = ["Bilan de l'année;;", "Nos gens;Quoi;Combien", "Les Amis;Cirque;1 500"]
    importation = _envoyer(nadia, exercice, "\n".join([*lignes, "Les Voisins;Jeux;500", ""]))
    colonnes = reverse("importation:colonnes", args=[importation.pk])
    apercu = nadia.get(reverse("importation:apercu", args=[importation.pk])).content.decode()
    assert importation.etat == "ECHOUEE"
    assert f'href="{colonnes}">Choisir les en-têtes' in apercu

    page = nadia.get(colonnes).content.decode()

    assert "voici la plus probable" in page
    assert 'value="2" id="lignes_0-2" checked>' in page
    assert "Les Amis · Les Voisins" in page
    assert '<data value="2000">2\u202f000\xa0€</data>' in page
    assert _selectionnees(page)[:3] == ["", "", "?"]

    choix = {
        "exercice": exercice.pk,
        "lignes_0": "2",
        "colonne_0": "porteur",
        "colonne_1": "intitule",
        "colonne_2": "montant_accorde",
        "constante_commune": "Alès",
        "constante_theme": "Culture",
        "constante_financeur": "Ville",
    }
    relu = nadia.post(colonnes, choix | {"lignes_0": "1", "relire": "1"})
    assert relu["Location"] == colonnes
    assert "Colonne B" in nadia.get(colonnes).content.decode()
    assert nadia.post(colonnes, choix)["Location"] == colonnes  # other headings: shown first
    assert "Combien" in nadia.get(colonnes).content.decode()
    nadia.post(colonnes, choix)

    importation.refresh_from_db()
    assert (importation.etat, importation.erreurs, importation.creees) == ("VERIFIEE", 0, 2)
    assert importation.rapport["totaux"]["apres"]["accorde"] == 2000
    suivant = _envoyer(nadia, exercice, "\n".join([*lignes, "Les Uns;Fête;900", ""]))
    assert suivant.correspondance["colonnes"]["Combien"] == "montant_accorde"
    assert suivant.message == ""


def test_l_argent_d_un_financeur_inconnu_se_regle_en_le_creant(
    nadia: Client, exercice: Exercice, client: Client
) -> None:
    texte = "Intitulé;Porteur;Commune;Thème;Ville accordé;CAF\nUn;Les Amis;Alès;1;1000;2000\n"
    importation = _envoyer(nadia, exercice, texte)
    colonnes = reverse("importation:colonnes", args=[importation.pk])
    page = nadia.get(colonnes).content.decode()
    assert _selectionnees(page)[:6] == [
        *("intitule", "porteur", "commune", "theme", "VILLE:accorde", "?")
    ]
    choix = {
        "exercice": exercice.pk,
        "colonne_0": "intitule",
        "colonne_1": "porteur",
        "colonne_2": "commune",
        "colonne_3": "theme",
        "colonne_4": "VILLE:accorde",
        "colonne_5": "?",
    }
    nadia.post(colonnes, choix)
    importation.refresh_from_db()
    assert importation.erreurs == 1  # still to settle

    nadia.post(colonnes, choix | {"colonne_5": "+accorde"})

    importation.refresh_from_db()
    assert (importation.erreurs, importation.creees) == (0, 1)
    assert Financeur.objects.get(code="CAF").nom == "CAF"
    assert Financeur.historique.get(code="CAF").history_user == Utilisateur.objects.get()
    assert importation.rapport["totaux"]["apres"]["financeurs"]["CAF"] == {"accorde": 2000}
    ines = Utilisateur.objects.create_user("ines", password="mot-de-passe-long")
    ines.user_permissions.add(Permission.objects.get(codename="add_action"))
    client.force_login(ines)
    autre = _envoyer(client, exercice, texte.replace("CAF", "MSA"))
    colonnes = reverse("importation:colonnes", args=[autre.pk])
    assert "Créer le financeur" not in client.get(colonnes).content.decode()
    client.post(colonnes, choix | {"colonne_5": "+accorde"})
    assert not Financeur.objects.filter(code="MSA").exists()


def test_l_apercu_commence_par_les_lignes_et_les_euros_de_chaque_feuille(
    nadia: Client, exercice: Exercice
) -> None:
    texte = f"{ENTETES}Un;Les Amis;Alès;1;100\nDeux;Les Amis;Alese;1;50\nTotal;;;;150\n"
    importation = _envoyer(nadia, exercice, texte)

    page = nadia.get(reverse("importation:apercu", args=[importation.pk])).content.decode()

    tableau = page.partition("<caption>Ce qui est lu")[2].partition("</table>")[0]
    cellules = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", tableau, re.DOTALL)
    textes = [" ".join(re.sub(r"<[^>]*>", "", cellule).split()) for cellule in cellules]
    assert textes == [
        *("Feuille", "Lignes", "Accordé"),
        *("« amis » : lu", "3", "300 €"),
        *("gardé", "1", "100 €"),
        *("lignes de total", "1", "150 €"),
        *("lignes en erreur", "1", "50 €"),
    ]
    assert page.index("Ce qui est lu") < page.index("lignes lues") < page.index("Erreurs")


def test_un_fichier_illisible_est_refuse_en_clair(nadia: Client, exercice: Exercice) -> None:
    importation = _envoyer(nadia, exercice, "Bonjour\n", "lettre.csv")

    page = nadia.get(reverse("importation:apercu", args=[importation.pk])).content.decode()
    colonnes = nadia.get(reverse("importation:colonnes", args=[importation.pk]))

    assert importation.etat == "ECHOUEE"
    assert "Aucune ligne d&#x27;en-têtes reconnue" in page
    assert "Rubrique de « Bonjour »" in colonnes.content.decode()


# --- Settled in the page -------------------------------------------------------------------------


def _regler(client: Client, importation: Importation, **gestes: str) -> Importation:
    """Press a button of the preview, as the page was just shown."""
    apercu = reverse("importation:apercu", args=[importation.pk])
    page = client.get(apercu).content.decode()
    vu = re.search(r'name="vu" value="([^"]*)"', page)
    assert vu is not None
    reponse = client.post(
        reverse("importation:regler", args=[importation.pk]), {"vu": vu[1], **gestes}
    )
    assert reponse["Location"] == apercu
    importation.refresh_from_db()
    return importation


def _places(client: Client, importation: Importation) -> list[tuple[str, str]]:
    """The buttons that the preview offers: name=value."""
    page = client.get(reverse("importation:apercu", args=[importation.pk])).content.decode()
    return re.findall(r'form="reglement" name="(\w+)" value="(\w+)"', page)


def _fautes(importation: Importation) -> list[tuple[int, str, str]]:
    return [(e["ligne"], e["colonne"], e["valeur"]) for e in importation.rapport["erreurs"]]


def test_vouliez_vous_dire_est_un_clic_qui_vaut_partout(nadia: Client, exercice: Exercice) -> None:
    texte = f"{FAUX}Danse;Les Amis;ALESE;1;50\nJeux;Les Amis;Bagarre;1;5\n"
    importation = _envoyer(nadia, exercice, texte)
    assert importation.erreurs == 3
    assert ("proche", "e0") in _places(nadia, importation)

    _regler(nadia, importation, proche="e0")

    assert _fautes(importation) == [(5, "Commune", "Bagarre")]
    page = nadia.get(reverse("importation:apercu", args=[importation.pk])).content.decode()
    assert "1 correction faite ici" in page
    assert "<del>Alese</del> → <ins>Alès</ins>, partout" in page
    _regler(nadia, importation, valeur_0="Bagard")
    assert importation.applicable
    nadia.post(reverse("importation:appliquer", args=[importation.pk]))
    communes = Action.objects.de_l_exercice(2005).order_by("pk").values_list("commune__nom")
    assert [nom for (nom,) in communes] == ["Alès", "Alès", "Alès", "Bagard"]
    nadia.post(reverse("importation:annuler", args=[importation.pk]))
    assert not Action.objects.de_l_exercice(2005).exists()


def test_une_cellule_se_corrige_une_ligne_se_laisse_et_l_on_peut_revenir(
    nadia: Client, exercice: Exercice
) -> None:
    texte = f"{ENTETES}Un;Les Amis;Alès;1;mille\nDeux;Les Amis;Alès;1;mille\nTrois;;;;3\n"
    importation = _envoyer(nadia, exercice, texte)
    fautes = [(2, "Ville accordé", "mille"), (3, "Ville accordé", "mille")]
    vides = [(4, "Thème", ""), (4, "Commune", "")]
    assert _fautes(importation) == [*fautes, *vides]

    _regler(nadia, importation, valeur_0="1 000,50", laisser_2="on")

    assert _fautes(importation) == fautes[1:]
    ecartees = importation.rapport["decomptes"][0]["ecartees"]
    assert ecartees["lignes laissées de côté ici"] == {"lignes": 1, "accorde": 3}
    annote = nadia.get(reverse("importation:annote", args=[importation.pk])).content
    feuille = openpyxl.load_workbook(io.BytesIO(annote)).worksheets[0]
    assert [(feuille[case].value, feuille[case].comment.text) for case in ("E2", "A4")] == [
        ("mille", "Lu « 1 000,50 », corrigé dans l'application : corrigez aussi ce fichier."),
        ("Trois", "Ligne laissée de côté dans l'application."),
    ]
    _regler(nadia, importation, valeur_0="-")
    assert importation.rapport["totaux"]["apres"]["accorde"] == 1000.5
    _regler(nadia, importation, retirer="1")
    assert _fautes(importation) == vides
    _regler(nadia, importation, valeur_0="Sport", valeur_1="Bagard")
    assert (importation.erreurs, importation.creees) == (0, 3)


def test_un_porteur_inconnu_se_rattache_a_un_organisme_connu(
    nadia: Client, exercice: Exercice
) -> None:
    connu = Organisme.objects.create(nom="Les Francas du Gard")
    theme = Theme.objects.get(numero=1)
    ales = Commune.objects.get(nom="Alès")
    Action.objects.create(
        exercice=exercice, theme=theme, commune=ales, porteur=connu, intitule="Ateliers d'écriture"
    )
    lignes = ["Ateliers d'ecritures;Les Franca du Gard;Alès;1;100", "Jeux;Francas;Alès;1;50"]
    importation = _envoyer(nadia, exercice, ENTETES + "\n".join([*lignes, ""]))
    assert [o["nom"] for o in importation.rapport["organismes"]] == [
        *("Les Franca du Gard", "Francas")
    ]

    semblable = next(
        f"a{rang}"
        for rang, dit in enumerate(importation.rapport["avertissements"])
        if dit.get("proche") == connu.nom
    )
    _regler(nadia, importation, proche=semblable)
    _regler(nadia, importation, organisme_0=connu.nom)

    assert importation.rapport["organismes"] == []
    rang, action = next(
        (rang, dit)
        for rang, dit in enumerate(importation.rapport["avertissements"])
        if dit.get("proche")
    )
    assert (action["colonne"], action["proche"]) == ("Intitulé", "Ateliers d'écriture")
    _regler(nadia, importation, proche=f"a{rang}")
    assert (importation.creees, importation.modifiees) == (1, 1)


def test_un_financeur_inconnu_se_cree_ou_se_laisse_depuis_l_apercu(
    nadia: Client, exercice: Exercice, client: Client
) -> None:
    entetes = "Intitulé;Porteur;Commune;Thème;Ville accordé;CAF demandé;Grands Amis\n"
    importation = _envoyer(nadia, exercice, f"{entetes}Un;Les Amis;Alès;1;1;20;30\n", "large.csv")
    assert importation.erreurs == 2

    _regler(nadia, importation, financeur="f0")
    _regler(nadia, importation, ecarter="f0")

    assert importation.erreurs == 0
    caf = Financeur.objects.get(code="CAF")
    entetes = "Intitulé;Porteur;Commune;Thème;Financeur;Montant demandé\n"
    longue = _envoyer(nadia, exercice, f"{entetes}Un;Les Amis;Alès;1;MSA;20\n", "long.csv")
    assert _fautes(longue) == [(2, "Financeur", "MSA")]
    _regler(nadia, longue, financeur="e0")
    assert (longue.erreurs, Financeur.objects.filter(nom="MSA").count()) == (0, 1)
    nadia.post(reverse("importation:appliquer", args=[importation.pk]))
    subvention = Action.objects.de_l_exercice(2005).get().subventions.get(financeur=caf)
    assert [subvention.montant_demande, subvention.montant_accorde] == [20, None]
    ines = Utilisateur.objects.create_superuser("ines", password="mot-de-passe-long")
    ines.communes.add(Commune.objects.get(nom="Alès"))
    client.force_login(ines)
    autre = _envoyer(client, exercice, f"{entetes}Un;Les Amis;Alès;1;CPAM;20\n", "long.csv")
    apercu = client.get(reverse("importation:apercu", args=[autre.pk])).content.decode()
    vu = re.search(r'name="vu" value="([^"]*)"', apercu)
    regler = reverse("importation:regler", args=[autre.pk])
    assert "Créer le financeur" not in apercu
    assert vu is not None
    assert client.post(regler, {"vu": vu[1], "financeur": "e0"}).status_code == 403


def test_les_choix_retenus_servent_au_meme_expediteur_et_l_apercu_le_dit(
    nadia: Client, exercice: Exercice
) -> None:
    premier = _envoyer(nadia, exercice, FAUX)
    _regler(nadia, premier, proche="e0")
    _regler(nadia, premier, retenir="1", expediteur="Centre social")
    assert premier.correspondance["corrections"] == [["amis", 0, "Commune", "Alese", "Alès"]]

    def envoyer(expediteur: str) -> Importation:
        fichier = SimpleUploadedFile("amis.csv", FAUX.replace("Cirque", "Mime").encode("cp1252"))
        donnees = {"exercice": exercice.pk, "fichier": fichier, "expediteur": expediteur}
        nadia.post(reverse("importation:nouveau"), donnees)
        return Importation.objects.latest("pk")

    formulaire = nadia.get(reverse("importation:nouveau")).content.decode()
    assert '<option value="Centre social">' in formulaire
    assert [envoyer("").erreurs, envoyer("La Ville").erreurs] == [1, 1]
    second = envoyer("centre social")
    assert (second.erreurs, second.reprise_de) == (0, premier)
    page = nadia.get(reverse("importation:apercu", args=[second.pk])).content.decode()
    assert "corrections reprises de <a" in page
    _regler(nadia, premier, oublier="1")
    assert envoyer("Centre social").erreurs == 1


def test_ce_qui_se_regle_est_ce_que_l_on_a_vu(nadia: Client, exercice: Exercice) -> None:
    importation = _envoyer(nadia, exercice, FAUX)
    regler = reverse("importation:regler", args=[importation.pk])
    perime = nadia.post(regler, {"vu": "autre", "proche": "e0"}, follow=True)
    assert "L&#x27;aperçu a changé entre-temps" in perime.content.decode()
    for gestes in ({"proche": "z9"}, {"proche": "e999"}, {"retirer": "9" * 40}, {"financeur": "x"}):
        _regler(nadia, importation, **gestes)
        assert importation.erreurs == 1
    nadia.post(regler, {"vu": "x" * 10_000, "retirer": "\0"})
    _regler(nadia, importation, proche="e0")
    nadia.post(reverse("importation:appliquer", args=[importation.pk]))
    assert nadia.post(regler, {"proche": "e0"}).status_code == 404


def test_un_grand_fichier_se_verifie_depuis_sa_page_qui_dit_ou_il_en_est(
    nadia: Client, exercice: Exercice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "OCTETS_SANS_ATTENDRE", 10)
    importation = _envoyer(nadia, exercice, JUSTE)
    apercu = reverse("importation:apercu", args=[importation.pk])
    progression = reverse("importation:progression", args=[importation.pk])

    assert importation.etat == "RECUE"
    assert f'data-suivi="{progression}" data-auto' in nadia.get(apercu).content.decode()
    assert nadia.get(progression).json() == {"pourcent": 0}
    importation.noter_progression(42)
    assert nadia.get(progression).json() == {"pourcent": 42}
    nadia.post(reverse("importation:verifier", args=[importation.pk]))
    importation.refresh_from_db()
    assert (importation.etat, importation.creees) == ("VERIFIEE", 2)


def test_le_fichier_recu_revient_tel_quel_sous_un_nom_de_hasard(
    nadia: Client, exercice: Exercice, tmp_path: Path
) -> None:
    importation = _envoyer(nadia, exercice, JUSTE, "../../é;.csv")

    reponse = nadia.get(reverse("importation:fichier", args=[importation.pk]))

    assert b"".join(reponse) == JUSTE.encode("cp1252")
    assert reponse["Content-Disposition"].startswith("attachment")
    assert Path(importation.fichier.path).parent == tmp_path / "fichiers" / "imports"
    assert "é" not in str(importation.fichier.name)


def test_le_modele_et_l_export_se_telechargent(
    nadia: Client, exercice: Exercice, tmp_path: Path
) -> None:
    for nom, requete in (("gabarit", {}), ("export", {"exercice": "2004"})):
        reponse = nadia.get(reverse(f"importation:{nom}"), requete)
        chemin = tmp_path / f"{nom}.xlsx"
        chemin.write_bytes(reponse.content)
        assert lire(chemin).feuilles[0].nom == "Actions"
    csv = nadia.get(reverse("importation:export"), {"exercice": "2004", "format": "csv"})
    assert csv.content.startswith("\ufeffRéférence;Intitulé;".encode())
    assert len(csv.content.splitlines()) == 198
    for annee in ("1999", "x", "99999999999999999999", "²"):
        assert nadia.get(reverse("importation:export"), {"exercice": annee}).status_code in (
            200,
            404,
        )


def test_qui_ne_peut_pas_saisir_n_importe_pas(
    client: Client, exercice: Exercice, agent: Utilisateur
) -> None:
    client.force_login(agent)
    importation = _envoyer(client, exercice, JUSTE)
    saisie = Utilisateur.objects.create_user("ines", password="mot-de-passe-long")
    client.force_login(saisie)

    for nom in ("liste", "nouveau"):
        assert client.get(reverse(f"importation:{nom}")).status_code == 403
    for nom in ("apercu", "annote", "fichier", "colonnes", "progression", "annuler"):
        url = reverse(f"importation:{nom}", args=[importation.pk])
        assert client.get(url).status_code == 403
    assert client.get(reverse("importation:gabarit")).status_code == 200
    assert client.get(reverse("importation:export")).status_code == 200
    client.logout()
    assert client.get(reverse("importation:liste")).status_code == 302


def test_un_compte_limite_ne_voit_que_ses_imports_et_n_importe_que_chez_lui(
    client: Client, exercice: Exercice, agent: Utilisateur
) -> None:
    client.force_login(agent)
    autre = _envoyer(client, exercice, JUSTE)
    ines = Utilisateur.objects.create_user("ines", password="mot-de-passe-long")
    ines.user_permissions.add(Permission.objects.get(codename="add_action"))
    ines.communes.add(Commune.objects.get(nom="Bagard"))
    client.force_login(ines)

    assert client.get(reverse("importation:apercu", args=[autre.pk])).status_code == 404
    sienne = _envoyer(client, exercice, JUSTE)
    assert sienne.erreurs == 2
    assert sienne.rapport["erreurs"][0]["message"] == "Votre compte est limité à : Bagard."
    assert list(client.get(reverse("importation:liste")).context["importations"]) == [sienne]
    assert client.get(reverse("importation:annuler", args=[sienne.pk])).status_code == 403


def test_la_liste_ne_fait_pas_une_requete_par_import(
    nadia: Client, exercice: Exercice, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for numero in range(6):
        _envoyer(nadia, exercice, JUSTE, f"{numero}.csv")

    with django_assert_max_num_queries(7):
        page = nadia.get(reverse("importation:liste"))

    assert page.content.decode().count("Vérifié") == 6


def test_l_apercu_et_les_colonnes_posent_peu_de_questions(
    nadia: Client, exercice: Exercice, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Session, account, rights, the import, who else applied these bytes; the lists to choose in.

    Columns: the reference data, and the open years.
    """
    importation = _envoyer(nadia, exercice, FAUX.replace("3;200", "Cultur;200"))
    for nom, combien in (("apercu", 8), ("colonnes", 12)):
        with django_assert_num_queries(combien):
            nadia.get(reverse(f"importation:{nom}", args=[importation.pk]))
