"""Who carries an action: found by SIRET, else by name, else created with the import."""

from importation.fiches import NouvelOrganisme
from importation.referentiel import OrganismeConnu, Referentiel, cle_organisme
from importation.valeurs import ValeurRefuseeError

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
            self._trouves[nom, siret] = self._chercher(nom, siret)
        return self._trouves[nom, siret]

    def _chercher(self, nom: str, siret: str) -> PorteurTrouve:
        connu = self.ref.organismes_par_siret.get(siret)
        if connu is not None:
            meme_nom = not nom or cle_organisme(nom) == cle_organisme(connu.nom)
            note = (
                ""
                if meme_nom
                else f"Ce SIRET est celui de « {connu.nom} » : c'est lui qui est retenu."
            )
            return connu.pk, note
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
            return meme_siret, (
                f"Le fichier donne aussi ce SIRET à « {meme_siret.nom} » : il est retenu."
            )
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
