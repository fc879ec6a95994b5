"""Cells as people write them → values, or ValeurRefuseeError that says what would be right.

Every reader takes a cell and returns a value, or None where the cell is empty: empty isn't zero.
"""

import datetime
import math
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from django.db.models import TextChoices
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

from actions.models import Action
from comptes.saisies import en_paragraphes, en_une_ligne
from financement.models import Subvention
from importation.lecture import Cellule, CelluleEnForme, CelluleIllisible
from importation.referentiel import Noms, Referentiel, ValeurRefuseeError, cle
from listes.chiffres import MontantIllisibleError, lire_montant
from listes.jours import est_plausible, lire_jour

MONTANT_MAX = Decimal("9999999999.99")
_REVERSEMENT = "Un reversement ne s'importe pas : écrivez le montant net sur la ligne de l'action."
_TIRETS = frozenset("-–—−")
_SIRET_ARRONDI = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_NUMERO_ET_NOM = re.compile(r"(\d{1,3})\s*[-–—.:)]\s*(\S.*)")
_NUMERO_D_AXE = re.compile(r"(?:axe\s*)?(?:n°\s*)?(\d{1,3})(?:\s*[-–—.:)].*)?", re.I | re.A)
_PARAGRAPHES_MAX = 32_767  # what a cell of Excel holds
_CHIFFRES_EXACTS = 1e15
_JOURS_EXCEL = (20_000, 60_000)  # 1954 to 2064: a day's number, where a date is expected
_ORIGINE_EXCEL = datetime.date(1899, 12, 30)

Lu = TypeVar("Lu")


def en_texte(cellule: Cellule) -> str:
    """The cell as a person would read it in an error message."""
    if isinstance(cellule, str):
        return cellule
    if isinstance(cellule, CelluleIllisible):
        return ""
    if isinstance(cellule, CelluleEnForme):
        return cellule.affichee
    if isinstance(cellule, bool):
        return "VRAI" if cellule else "FAUX"
    if isinstance(cellule, float) and cellule.is_integer() and abs(cellule) < _CHIFFRES_EXACTS:
        return str(int(cellule))
    if isinstance(cellule, datetime.date):
        return f"{cellule:%d/%m/%Y}"
    return str(cellule)


def valeur_de(cellule: Cellule) -> Cellule:
    """What a cell holds, whatever it shows."""
    return cellule.valeur if isinstance(cellule, CelluleEnForme) else cellule


def nettoyer(cellule: Cellule) -> str:
    """The text of what a cell holds, spaces tidied; a lone dash is an empty cell."""
    cellule = valeur_de(cellule)
    if isinstance(cellule, CelluleIllisible):
        raise ValeurRefuseeError(f"{cellule.motif[:1].upper()}{cellule.motif[1:]}.")
    texte = _sans_marque(en_une_ligne(en_texte(cellule)))
    if not texte or texte in _TIRETS:
        return ""
    if not texte.isprintable():
        for lettre in texte:
            # A no-break space (Zs) or a soft hyphen (Cf) is ordinary typing; a control isn't.
            if unicodedata.category(lettre) in ("Cc", "Cs", "Co", "Cn"):
                raise ValeurRefuseeError(
                    "La cellule contient un caractère invisible : retapez son texte."
                )
    return texte


def _sans_marque(texte: str) -> str:
    """Without a spreadsheet's mark of a text, left by a csv."""
    return texte[1:] if texte[:1] == "'" and texte[1:2] in tuple("=+-@") else texte


def lire_texte(cellule: Cellule, maximum: int) -> str | None:
    """A line of text as shown, ``maximum`` characters at most."""
    texte = nettoyer(_affiche(cellule))
    if len(texte) > maximum:
        raise ValeurRefuseeError(f"{len(texte)} caractères : {maximum} au plus.")
    return texte or None


def _affiche(cellule: Cellule) -> Cellule:
    """A cell as shown: « 007 », « 2.10 »."""
    nombre = valeur_de(cellule)
    if isinstance(nombre, float) and abs(nombre) >= _CHIFFRES_EXACTS:
        raise ValeurRefuseeError(
            "Le tableur n'a gardé que 15 chiffres de ce nombre : mettez la colonne au format texte "
            "et retapez-le."
        )
    return cellule.affichee if isinstance(cellule, CelluleEnForme) else cellule


def lire_paragraphes(cellule: Cellule) -> str | None:
    """Text that keeps its lines."""
    cellule = _affiche(cellule)
    if not isinstance(cellule, str):
        return nettoyer(cellule) or None
    if len(cellule) > _PARAGRAPHES_MAX:
        raise ValeurRefuseeError(f"{len(cellule)} caractères : {_PARAGRAPHES_MAX} au plus.")
    return _sans_marque(en_paragraphes(cellule)) if nettoyer(cellule) else None


def lire_montant_de(cellule: Cellule) -> Decimal | None:
    """An amount in €, from a number or from text: ``1 234,56 €``. Never negative."""
    if isinstance(cellule, CelluleEnForme):
        if cellule.reserve:
            raise ValeurRefuseeError(f"Un montant est attendu ; la cellule est {cellule.reserve}.")
        cellule = cellule.valeur
    if isinstance(cellule, bool):
        raise ValeurRefuseeError("Un montant est attendu : écrivez par exemple 1234,56.")
    if isinstance(cellule, int | float):
        return _montant_du_nombre(cellule)
    if isinstance(cellule, datetime.date):
        raise ValeurRefuseeError(
            "Le tableur y voit une date : mettez la cellule au format nombre et retapez le montant."
        )
    texte = nettoyer(cellule)
    if not texte:
        return None
    if texte[0] in _TIRETS and texte[1:].strip()[:1].isdigit():
        raise ValeurRefuseeError(_REVERSEMENT)
    try:
        return lire_montant(texte)
    except MontantIllisibleError as erreur:
        raise ValeurRefuseeError(str(erreur)) from None


def _montant_du_nombre(nombre: int | float) -> Decimal:
    if not math.isfinite(nombre) or abs(nombre) > MONTANT_MAX:
        raise ValeurRefuseeError("Montant trop grand : dix chiffres au plus avant la virgule.")
    if nombre < 0:
        raise ValeurRefuseeError(_REVERSEMENT)
    exact = Decimal(str(nombre))
    arrondi = round(exact, 2)
    # A spreadsheet's sums carry noise such as 1234.5600000000001; a third decimal is a mistake.
    if abs(exact - arrondi) > Decimal("0.00001"):
        raise ValeurRefuseeError("Deux décimales au plus : arrondissez au centime.")
    return arrondi


def lire_part(cellule: Cellule) -> Decimal | None:
    """A share of an amount, as a fraction of 1: « 0,4 », « 40 », « 40 % »."""
    cellule = valeur_de(cellule)
    texte = nettoyer(cellule).removesuffix("%").strip().replace(",", ".")
    if not texte:
        return None
    try:
        lue = Decimal(texte)
    except InvalidOperation:
        lue = Decimal(-1)
    part = lue / 100 if lue > 1 or "%" in en_texte(cellule) else lue
    if not 0 < part <= 1:
        raise ValeurRefuseeError("Une part est attendue, par exemple 0,4 ou 40 %.")
    return part


def lire_date(cellule: Cellule) -> datetime.date | None:
    """A day: a spreadsheet's date, ``31/12/2004``, ``31/12/04``, ``31 déc. 2004``."""
    cellule = valeur_de(cellule)
    if isinstance(cellule, datetime.date):
        jour: datetime.date | None = cellule
    else:
        texte = nettoyer(cellule)
        if not texte:
            return None
        jour = lire_jour(texte)
    if jour is None or not est_plausible(jour):
        raise ValeurRefuseeError(f"Date attendue, par exemple 31/12/2004.{_indice(cellule)}")
    return jour


def _indice(cellule: Cellule) -> str:
    """A day's number, as a spreadsheet keeps it, read back as the day that it is."""
    texte = en_texte(cellule)
    if not re.fullmatch(r"\d{5}", texte) or not _JOURS_EXCEL[0] < int(texte) < _JOURS_EXCEL[1]:
        return ""
    jour = _ORIGINE_EXCEL + datetime.timedelta(days=int(texte))
    return f" Ce nombre est celui du {jour:%d/%m/%Y} : mettez la colonne au format date."


def lire_siret(cellule: Cellule) -> str | None:
    """14 digits whose last ones control the others, or the 9 first (SIREN); says why a
    spreadsheet's mangling isn't one.
    """
    cellule = valeur_de(cellule)
    texte = nettoyer(cellule)
    if not texte:
        return None
    arrondi = (
        "Le tableur a arrondi ce SIRET et ses derniers chiffres sont perdus : mettez la colonne au "
        "format texte et retapez les 14 chiffres."
    )
    if _SIRET_ARRONDI.fullmatch(texte.replace(" ", "")):
        raise ValeurRefuseeError(arrondi)
    chiffres = re.sub(r"[\s.\-]", "", texte)
    if isinstance(cellule, int | float) and len(chiffres) == 13:
        chiffres = chiffres.zfill(14)  # a number loses its leading zero
    # An establishment's own number is never 00000, and a rounded one has the key by chance.
    if len(chiffres) == 14 and chiffres.endswith("00000"):
        raise ValeurRefuseeError(arrondi)
    if stdnum_siret.is_valid(chiffres) and chiffres.isascii():
        return chiffres
    if stdnum_siren.is_valid(chiffres) and chiffres.isascii():
        return chiffres
    raise ValeurRefuseeError(
        "Ce n'est pas un SIRET : il faut 14 chiffres, dont le dernier contrôle les autres."
    )


def lire_exercice(cellule: Cellule) -> int | None:
    """A budget year: « 2004 », « Exercice 2004 », or that of a date."""
    cellule = valeur_de(cellule)
    if isinstance(cellule, datetime.date):
        return cellule.year
    texte = nettoyer(cellule)
    annees = set(re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", texte))
    if texte and len(annees) != 1:
        raise ValeurRefuseeError("Une année est attendue, par exemple 2004.")
    return int(annees.pop()) if annees else None


def lire_commune(cellule: Cellule, ref: Referentiel) -> int | str | None:
    """A commune's id, ``"transterritorial"``, or None where the cell is empty."""
    texte = nettoyer(cellule)
    if not texte:
        return None
    if cle(texte) in ("transterritorial", "transterritoriale", "transterritoriales"):
        return "transterritorial"
    code = texte.upper().zfill(5)
    trouve = ref.communes.codes.get(code) or ref.communes.trouver(texte)
    if trouve is None:
        suite = " Un code INSEE convient aussi, ou « transterritorial »."
        raise _inconnu("une commune du contrat", texte, ref.communes, suite)
    return trouve


def lire_theme(cellule: Cellule, ref: Referentiel) -> int | None:
    """A theme's id, by its number, its name or both (« 3 - Culture »)."""
    texte = nettoyer(cellule)
    if not texte:
        return None
    compose = _NUMERO_ET_NOM.fullmatch(texte)
    if compose and ref.themes.codes.get(str(int(compose[1]))) == ref.themes.trouver(compose[2]):
        texte = compose[2]
    if texte.isascii() and texte.isdigit():
        trouve = ref.themes.codes.get(str(int(texte[:9])))
    else:
        trouve = ref.themes.trouver(texte)
    if trouve is None:
        raise _inconnu("un thème connu", texte, ref.themes)
    return trouve


def lire_financeur(cellule: Cellule, ref: Referentiel) -> int | None:
    """A funder's id, by its code or any of its names."""
    texte = nettoyer(cellule)
    if not texte:
        return None
    trouve = ref.financeurs.codes.get(texte.upper()) or ref.financeurs.trouver(texte)
    if trouve is None:
        raise _inconnu("un financeur connu", texte, ref.financeurs)
    return trouve


def lire_axes(cellule: Cellule, ref: Referentiel) -> frozenset[int] | None:
    """Axes' ids, from numbers or titles separated by commas, semicolons or new lines."""
    trouves = set()
    for morceau in _morceaux(cellule, ref):
        numero = _NUMERO_D_AXE.fullmatch(morceau)
        axe = ref.axes.codes.get(str(int(numero[1]))) if numero else ref.axes.trouver(morceau)
        if axe is None:
            refus = _inconnu("un axe transversal", morceau, ref.axes)
            raise refus if morceau == nettoyer(cellule) else ValeurRefuseeError(str(refus))
        trouves.add(axe)
    return frozenset(trouves) or None


def _morceaux(cellule: Cellule, ref: Referentiel) -> list[str]:
    """The axes that a cell names; a title may hold a comma, and « 1,3 » may have become 1.3."""
    cellule = valeur_de(cellule)
    if isinstance(cellule, float):
        return en_texte(cellule).split(".")
    if not isinstance(cellule, str):
        return list(filter(None, [nettoyer(cellule)]))
    morceaux = []
    for partie in map(nettoyer, re.split(r"[;\n]", cellule)):
        morceaux += [partie] if ref.axes.trouver(partie) else [m.strip() for m in partie.split(",")]
    return list(filter(None, morceaux))


def _inconnu(quoi: str, texte: str, noms: Noms, suite: str = "") -> ValeurRefuseeError:
    """« X » isn't one of those: the nearest is suggested, else all are listed."""
    proche = noms.semblable(texte)
    juste = (
        f"vouliez-vous dire « {proche} » ?"
        if proche
        else f"attendu {', '.join(noms.noms.values())}."
    )
    return ValeurRefuseeError(f"« {texte[:80]} » n'est pas {quoi} : {juste}{suite}", proche or "")


def _choix(choix: type[TextChoices], autres: dict[str, str]) -> Callable[[Cellule], str | None]:
    """One of these choices, by its code, its label, or what people write for it."""
    formes = {cle(mot): code for code, mots in autres.items() for mot in mots.split("|")}
    formes |= {cle(forme): str(un.value) for un in choix for forme in (un.value, un.label)}

    def lire(cellule: Cellule) -> str | None:
        texte = nettoyer(cellule)
        if not texte:
            return None
        if cle(texte) not in formes:
            raise ValeurRefuseeError(f"Attendu : {', '.join(choix.labels)}.")
        return formes[cle(texte)]

    return lire


CHOIX = {
    "nature": _choix(
        Action.Nature,
        {"FONDS": "FPH|fonds", "ANIMATION": "animation du contrat de ville"},
    ),
    "statut": _choix(
        Action.Statut,
        {
            "DEPOSEE": "déposé|en cours|en instruction",
            "ACCORDEE": "accordé|acceptée|accepté|retenue|favorable|validée",
            "REFUSEE": "refusé|rejetée|défavorable",
            "REALISEE": "réalisé|terminée",
            "ABANDONNEE": "abandonné|annulée",
        },
    ),
    "nature_financement": _choix(Subvention.Nature, {}),
    "credit": _choix(Subvention.Credit, {"SPECIFIQUE": "spécifiques|politique de la ville"}),
}
