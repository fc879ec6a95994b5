"""The reference data that a file's cells are compared with, loaded once and looked up by name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches

from actions.models import Exercice, Theme
from axes.models import AxeTransversal
from financement.models import Financeur
from listes.recherche import sans_accents
from territoires.models import Commune, Organisme, Quartier

TRANSTERRITORIAL = "Transterritorial"
SIREN = 9  # the digits of a SIRET that name the organisation, whatever its establishment
_MOTS = re.compile(r"[a-z0-9]+")
_ABREGES = {"st": "saint", "ste": "sainte", "lez": "les"}
_ARTICLES = frozenset({"l", "la", "le", "les"})
# What people call a funder besides its code and its name, where the funder exists.
_AUTRES_NOMS = {
    "ETAT": (
        *("Préfecture", "Politique de la ville", "CGET", "ANCT", "Acsé"),
        *("BOP 147", "P147", "Programme 147"),
    ),
    "CG": ("Département", "Conseil général", "Conseil départemental", "CG 30", "CD 30", "Gard"),
    "FASILD": ("Fasild", "FAS"),
    "EPCI": ("Agglomération", "Communauté d'agglomération", "Agglo"),
}


def mots_de(texte: str) -> list[str]:
    """Its words and numbers, without accents nor case."""
    return _MOTS.findall(sans_accents(texte))


def cle(texte: str) -> str:
    """What the spellings of one name share: « Saint-Julien les Rosiers », « ST JULIEN »…"""
    return "".join(_ABREGES.get(mot, mot) for mot in mots_de(texte))


def cle_sans_article(texte: str) -> str:
    mots = mots_de(texte)
    return cle(" ".join(mots[1:] if len(mots) > 1 and mots[0] in _ARTICLES else mots))


def cle_organisme(nom: str) -> str:
    """An organisation's name without accents, case or doubled spaces."""
    return " ".join(sans_accents(nom).split())


@dataclass(slots=True)
class Noms:
    """One kind of reference data: id → name shown, every spelling → id, and code → id."""

    noms: dict[int, str] = field(default_factory=dict)
    par_cle: dict[str, int] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)

    def ajouter(self, pk: int, nom: str, *graphies: str, code: str = "") -> None:
        """The first one to claim a spelling keeps it."""
        self.noms[pk] = nom
        if code:
            self.codes[code] = pk
        for graphie in (nom, *graphies):
            for forme in (cle(graphie), cle_sans_article(graphie)):
                if forme:
                    self.par_cle.setdefault(forme, pk)

    def trouver(self, texte: str) -> int | None:
        trouve = self.par_cle.get(cle(texte))
        return trouve if trouve is not None else self.par_cle.get(cle_sans_article(texte))

    def code_de(self, pk: int) -> str:
        return next(code for code, connu in self.codes.items() if connu == pk)

    def semblable(self, texte: str) -> str | None:
        """The name whose spelling is nearest, to suggest it."""
        proches = get_close_matches(cle(texte)[:80], self.par_cle, n=1, cutoff=0.7)
        return self.noms[self.par_cle[proches[0]]] if proches else None


class ValeurRefuseeError(ValueError):
    """The cell can't be taken; the message says what would be right, ``proche`` what was meant."""

    def __init__(self, message: str, proche: str = "") -> None:
        super().__init__(message)
        self.proche = proche


@dataclass(frozen=True, slots=True)
class OrganismeConnu:
    pk: int
    nom: str
    siret: str | None


@dataclass(eq=False, slots=True)
class NouvelOrganisme:
    """An organisation that the import would create; itself only, whatever its name."""

    nom: str
    siret: str | None


@dataclass(slots=True)
class Referentiel:
    """Everything that a cell can name, for one budget year."""

    annee: int
    communes: Noms = field(default_factory=Noms)  # their codes: INSEE's; numbers, of themes, axes
    themes: Noms = field(default_factory=Noms)
    financeurs: Noms = field(default_factory=Noms)
    axes: Noms = field(default_factory=Noms)
    quartiers: dict[int, Noms] = field(default_factory=dict)  # by commune's id
    communes_des_quartiers: dict[str, int] = field(default_factory=dict)  # by official code
    organismes: dict[int, OrganismeConnu] = field(default_factory=dict)
    organismes_par_nom: dict[str, list[OrganismeConnu]] = field(default_factory=dict)
    organismes_par_siret: dict[str, OrganismeConnu] = field(default_factory=dict)
    organismes_par_siren: dict[str, list[OrganismeConnu]] = field(default_factory=dict)
    mots_des_organismes: dict[str, list[str]] = field(default_factory=dict)
    communes_permises: frozenset[int] | None = None  # None: the whole territory

    def ajouter_organisme(self, connu: OrganismeConnu) -> None:
        self.organismes[connu.pk] = connu
        nom = cle_organisme(connu.nom)
        self.organismes_par_nom.setdefault(nom, []).append(connu)
        if connu.siret:
            self.organismes_par_siret[connu.siret] = connu
            self.organismes_par_siren.setdefault(connu.siret[:SIREN], []).append(connu)
        for mot in mots_rares(nom):
            self.mots_des_organismes.setdefault(mot, []).append(nom)

    def organisme_semblable(self, nom: str) -> str | None:
        """A known organisation whose name looks like this one; None when none does."""
        recherche = cle_organisme(nom)
        candidats: dict[str, None] = {}
        for mot in mots_rares(recherche):
            candidats.update(dict.fromkeys(self.mots_des_organismes.get(mot, ())[:40]))
        proches = get_close_matches(recherche, candidats, n=1, cutoff=0.82)
        return self.organismes_par_nom[proches[0]][0].nom if proches else None

    def commune_du_quartier(self, code: str) -> int | None:
        """The commune of the neighbourhood that has this official code."""
        return self.communes_des_quartiers.get(cle(code))


_RESSEMBLANCE = 0.6
_MOTS_COURANTS = frozenset(
    {"association", "asso", "centre", "social", "club", "comite", "commune", "culturel"}
    | {"culturelle", "ecole", "maison", "mairie", "pour", "sportif", "sportive", "union", "ville"}
)


def mots_rares(nom: str) -> list[str]:
    """The first letters of the words that tell a name from another."""
    return [mot[:5] for mot in _MOTS.findall(nom) if len(mot) > 3 and mot not in _MOTS_COURANTS]


def _a_un_autre_nom(nom: str, retenu: str, note: str) -> str:
    """The warning where an identifier comes with another spelling than the name on record.

    Raises ValeurRefuseeError where the names have nothing in common.
    """
    if not nom or cle_organisme(nom) == cle_organisme(retenu):
        return ""
    if not _se_ressemblent(nom, retenu):
        raise ValeurRefuseeError(
            f"Ce numéro est celui de « {retenu} », et la ligne nomme « {nom} », qui n'a rien de "
            "commun : corrigez le numéro, ou le nom."
        )
    return note


def _se_ressemblent(nom: str, autre: str) -> bool:
    """Two spellings of one name, or its initials."""
    formes = cle_organisme(nom), cle_organisme(autre)
    rares, autres_rares = map(mots_rares, formes)
    court, long = sorted(formes, key=len)
    mots = _MOTS.findall(long)
    sigles = {
        "".join(mot[0] for mot in mots),
        "".join(mot[0] for mot in mots if len(mot) > 3),
    }
    return (
        not set(rares).isdisjoint(autres_rares)
        or "".join(_MOTS.findall(court)) in sigles
        or SequenceMatcher(None, *formes).ratio() >= _RESSEMBLANCE
    )


def nom_court(nom: str) -> str:
    """A funder's name as a heading: without what stands in parentheses."""
    return re.sub(r"\s*\([^)]*\)", "", nom).strip() or nom


def charger_referentiel(
    exercice: Exercice, communes_permises: Iterable[int] | None = None
) -> Referentiel:
    """Read the reference data; ``communes_permises`` None or empty is the whole territory."""
    permises = frozenset(communes_permises or ())
    ref = Referentiel(annee=exercice.annee, communes_permises=permises or None)
    for commune in Commune.objects.defer("contour"):
        autres = (commune.libelle_tableau, commune.libelle_legende)
        ref.communes.ajouter(commune.pk, commune.nom, *autres, code=commune.code_insee)
    for theme in Theme.objects.all():
        autres = (theme.libelle_tableau, theme.libelle_legende)
        ref.themes.ajouter(theme.pk, theme.nom, *autres, code=str(theme.numero))
    _charger_financeurs(ref)
    for axe in AxeTransversal.objects.all():
        ref.axes.ajouter(axe.pk, axe.titre, code=str(axe.numero))
    for quartier in Quartier.objects.all():
        noms = ref.quartiers.setdefault(quartier.commune_id, Noms())
        noms.ajouter(quartier.pk, quartier.nom, quartier.code)
        if quartier.code:
            ref.communes_des_quartiers[cle(quartier.code)] = quartier.commune_id
    for pk, nom, siret in Organisme.objects.order_by("pk").values_list("pk", "nom", "siret"):
        ref.ajouter_organisme(OrganismeConnu(pk, nom, siret))
    return ref


def _charger_financeurs(ref: Referentiel) -> None:
    financeurs = list(Financeur.objects.all())
    for financeur in financeurs:
        nom, code = financeur.nom, financeur.code
        ref.financeurs.ajouter(financeur.pk, nom_court(nom), code, nom, code=code)
    for financeur in financeurs:
        apres_tiret = nom_court(financeur.nom).rpartition("–")[2]
        autres = _AUTRES_NOMS.get(financeur.code, ())
        ref.financeurs.ajouter(financeur.pk, nom_court(financeur.nom), apres_tiret, *autres)


PorteurTrouve = tuple[int | NouvelOrganisme | None, str]  # the organisation, and a warning or ""


class Porteurs:
    """Finds the organisations of one file; ``nouveaux`` are those that it would create."""

    def __init__(self, ref: Referentiel) -> None:
        self.ref = ref
        self.nouveaux: list[NouvelOrganisme] = []
        self._par_nom: dict[str, NouvelOrganisme] = {}
        self._par_siret: dict[str, NouvelOrganisme] = {}
        self._trouves: dict[tuple[str, str], PorteurTrouve] = {}

    def trouver(self, nom: str, siret: str) -> PorteurTrouve:
        """Raises ValeurRefuseeError where name and SIRET can't name one organisation."""
        if (nom, siret) not in self._trouves:
            seul = len(siret) == SIREN
            trouve = self._chercher_au_siren(nom, siret) if seul else self._chercher(nom, siret)
            self._trouves[nom, siret] = trouve
        return self._trouves[nom, siret]

    def _chercher(self, nom: str, siret: str) -> PorteurTrouve:
        connu = self.ref.organismes_par_siret.get(siret)
        if connu is not None:
            note = f"Ce SIRET est celui de « {connu.nom} » : c'est lui qui est retenu."
            return connu.pk, _a_un_autre_nom(nom, connu.nom, note)
        if not nom:
            if siret in self._par_siret:
                return self._par_siret[siret], ""
            if siret:
                raise ValeurRefuseeError(
                    "Ce SIRET n'est pas connu : donnez aussi le nom du porteur."
                )
            return None, ""
        connu = self._par_le_nom(nom)
        if connu is None:
            return self._creer(nom, siret)
        if siret and connu.siret and siret != connu.siret:
            raise ValeurRefuseeError(
                f"« {connu.nom} » est enregistré avec le SIRET {connu.siret} : corrigez le SIRET, "
                "ou le nom s'il s'agit d'un autre organisme."
            )
        if siret and not connu.siret:
            return (
                connu.pk,
                f"Le SIRET de « {connu.nom} » n'est pas enregistré : complétez sa fiche.",
            )
        return connu.pk, ""

    def _chercher_au_siren(self, nom: str, siren: str) -> PorteurTrouve:
        """A SIREN names an organisation that is known; it can't be recorded for another."""
        connus = self.ref.organismes_par_siren.get(siren, [])
        if len(connus) == 1:
            [connu] = connus
            note = f"Ce SIREN est celui de « {connu.nom} » : c'est lui qui est retenu."
            return connu.pk, _a_un_autre_nom(nom, connu.nom, note)
        if not nom:
            raise ValeurRefuseeError(
                "Plusieurs organismes ont ce SIREN : donnez le SIRET, 14 chiffres, ou le nom."
                if connus
                else "Ce SIREN n'est pas connu : donnez aussi le nom du porteur."
            )
        porteur, note = self._chercher(nom, "")
        connu_au_nom = self.ref.organismes.get(porteur) if isinstance(porteur, int) else None
        if connu_au_nom and connu_au_nom.siret and not connu_au_nom.siret.startswith(siren):
            raise ValeurRefuseeError(
                f"« {connu_au_nom.nom} » est enregistré avec le SIRET {connu_au_nom.siret} : "
                "corrigez le SIREN, ou le nom s'il s'agit d'un autre organisme."
            )
        seul = "SIREN seul, sans les 5 chiffres de l'établissement : il n'est pas enregistré."
        return porteur, note or ("" if connus else seul)

    def _par_le_nom(self, nom: str) -> OrganismeConnu | None:
        homonymes = self.ref.organismes_par_nom.get(cle_organisme(nom), [])
        exacts = [connu for connu in homonymes if connu.nom == nom]
        if len(exacts or homonymes) > 1:
            raise ValeurRefuseeError(
                "Plusieurs organismes portent ce nom aux accents près : donnez le SIRET, ou le nom "
                f"exact parmi {', '.join(connu.nom for connu in homonymes)}."
            )
        return next(iter(exacts or homonymes), None)

    def _creer(self, nom: str, siret: str) -> PorteurTrouve:
        meme_siret = self._par_siret.get(siret)
        if meme_siret is not None and cle_organisme(meme_siret.nom) != cle_organisme(nom):
            note = f"Le fichier donne aussi ce SIRET à « {meme_siret.nom} » : il est retenu."
            return meme_siret, _a_un_autre_nom(nom, meme_siret.nom, note)
        nouveau = self._par_nom.get(cle_organisme(nom))
        if nouveau is None:
            nouveau = NouvelOrganisme(nom, siret or None)
            self._par_nom[cle_organisme(nom)] = nouveau
            self.nouveaux.append(nouveau)
            note = self._annonce(nom)
        elif siret and nouveau.siret and siret != nouveau.siret:
            raise ValeurRefuseeError(
                f"Le fichier donne deux SIRET à « {nouveau.nom} » : {nouveau.siret} et {siret}."
            )
        else:
            nouveau.siret = nouveau.siret or siret or None
            note = ""
        if siret:
            self._par_siret[siret] = nouveau
        return nouveau, note

    def _annonce(self, nom: str) -> str:
        semblable = self.ref.organisme_semblable(nom)
        if semblable is None:
            return ""
        return (
            f"Organisme inconnu, qui sera créé ; il ressemble à « {semblable} » : si c'est lui, "
            "écrivez son nom ainsi."
        )
