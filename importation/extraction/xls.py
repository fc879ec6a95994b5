"""What the parser of workbooks doesn't say of an .xls (Excel 97): errors, formats, hidden rows.

The file is a small disk of sectors (MS-CFB) that holds a stream of records (MS-XLS), of which only
those that are needed are read.
"""

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from importation.extraction.formats import Format, LigneMarquee, formats_des_styles

_EOF, _FEUILLE, _FORMAT, _STYLE = 0x000A, 0x0085, 0x041E, 0x00E0
_NOMBRE, _RK, _MULRK, _FORMULE, _ERREUR, _LIGNE = 0x0203, 0x027E, 0x00BD, 0x0006, 0x0205, 0x0208
_ERREURS = {0: "#NUL!", 7: "#DIV/0!", 15: "#VALEUR!", 23: "#REF!", 29: "#NOM?", 36: "#NOMBRE!"}
_BIFF8 = 0x0600
_PAS_DE_SECTEUR = 0xFFFFFFFA  # and above
_OCTETS_D_UNE_ENTREE, _RACINE = 128, 5


class Xls:
    """An .xls under reading."""

    def __init__(self, chemin: Path) -> None:
        self._flux = _flux(chemin.read_bytes())
        self._debuts: dict[str, int] = {}
        self._formats: dict[int, Format] = {}
        if len(self._flux) >= 6 and struct.unpack_from("<H", self._flux, 4)[0] == _BIFF8:
            self._lire_les_styles()

    def _lire_les_styles(self) -> None:
        codes: dict[int, str] = {}
        styles: list[int] = []
        for genre, debut, taille in self._enregistrements(0):
            if genre == _FEUILLE:
                nom = _texte(self._flux, debut + 6, self._flux[debut + 6], 1)
                self._debuts[nom] = struct.unpack_from("<I", self._flux, debut)[0]
            elif genre == _FORMAT:
                numero, longueur = struct.unpack_from("<HH", self._flux, debut)
                codes[numero] = _texte(self._flux, debut + 2, longueur, 2)
            elif genre == _STYLE and taille >= 4:
                styles.append(struct.unpack_from("<H", self._flux, debut + 2)[0])
        self._formats = formats_des_styles(codes, styles)

    def _enregistrements(self, position: int) -> Iterator[tuple[int, int, int]]:
        """(kind, where its data begin, their length), to the end of the part."""
        while position + 4 <= len(self._flux):
            genre, taille = struct.unpack_from("<HH", self._flux, position)
            yield genre, position + 4, taille
            if genre == _EOF:
                return
            position += 4 + taille

    def marques(self, feuille: str) -> list[LigneMarquee]:
        """The rows of a sheet of which there is something to say, in order."""
        if feuille not in self._debuts:
            return []
        lignes: dict[int, LigneMarquee] = {}

        def ligne(rang: int) -> LigneMarquee:
            return lignes.setdefault(rang + 1, LigneMarquee(rang + 1))

        for genre, debut, taille in self._enregistrements(self._debuts[feuille]):
            if genre == _LIGNE and self._flux[debut + 12] & 0x20:
                ligne(struct.unpack_from("<H", self._flux, debut)[0]).masquee = True
            elif genre in (_NOMBRE, _RK, _FORMULE, _ERREUR):
                rang, colonne, style = struct.unpack_from("<HHH", self._flux, debut)
                if (code := self._erreur(genre, debut)) is not None:
                    dit = f"erreur de calcul du tableur ({_ERREURS.get(code, '#N/A')})"
                    ligne(rang).cellules[colonne] = dit
                elif style in self._formats:
                    ligne(rang).cellules[colonne] = self._formats[style]
            elif genre == _MULRK:
                rang, premiere = struct.unpack_from("<HH", self._flux, debut)
                for place in range((taille - 6) // 6):
                    style = struct.unpack_from("<H", self._flux, debut + 4 + 6 * place)[0]
                    if style in self._formats:
                        ligne(rang).cellules[premiere + place] = self._formats[style]
        return [lignes[numero] for numero in sorted(lignes)]

    def _erreur(self, genre: int, debut: int) -> int | None:
        """The error that a cell holds, or that its formula gives."""
        valeur = self._flux[debut + 6 : debut + 14]
        if genre == _ERREUR and valeur[1:2] == b"\1":
            return valeur[0]
        return (
            valeur[2]
            if genre == _FORMULE and valeur[0] == 2 and valeur[6:] == b"\xff\xff"
            else None
        )


def _texte(flux: bytes, avant: int, longueur: int, octets: int) -> str:
    """A string after its length, which takes 1 or 2 bytes: a byte says if letters take two."""
    debut = avant + octets + 1
    if flux[debut - 1] & 1:
        return flux[debut : debut + 2 * longueur].decode("utf-16-le", "replace")
    return flux[debut : debut + longueur].decode("latin-1")


# --- The small disk ------------------------------------------------------------------------------


def _flux(octets: bytes) -> bytes:
    """The stream « Workbook »; nothing where there is none."""
    disque = _Disque(octets)
    entrees = disque.chaine(struct.unpack_from("<I", octets, 48)[0])
    petits = b""
    for debut in range(0, len(entrees), _OCTETS_D_UNE_ENTREE):
        entree = entrees[debut : debut + _OCTETS_D_UNE_ENTREE]
        nom = entree[: max(struct.unpack_from("<H", entree, 64)[0] - 2, 0)].decode(
            "utf-16-le", "replace"
        )
        premier, taille = struct.unpack_from("<II", entree, 116)
        if entree[66] == _RACINE:
            petits = disque.chaine(premier)
        elif nom == "Workbook":
            return disque.fichier(premier, taille, petits)
    return b""


class _Disque:
    """Files in chains of sectors; the small ones in small sectors of the root's file."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._taille = 1 << struct.unpack_from("<H", octets, 30)[0]
        tables = [*struct.unpack_from("<109I", octets, 76)]
        suite = struct.unpack_from("<I", octets, 68)[0]
        while suite < _PAS_DE_SECTEUR and len(tables) < len(octets):
            *autres, suite = self._entiers(self._secteur(suite))
            tables += autres
        self._suivants: list[int] = []
        for table in tables:
            if table < _PAS_DE_SECTEUR:
                self._suivants += self._entiers(self._secteur(table))

    @staticmethod
    def _entiers(octets: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(octets) // 4}I", octets[: len(octets) // 4 * 4])

    def _secteur(self, rang: int) -> bytes:
        return self._octets[(rang + 1) * self._taille : (rang + 2) * self._taille]

    def chaine(self, premier: int) -> bytes:
        return b"".join(map(self._secteur, _suivre(premier, self._suivants)))

    def fichier(self, premier: int, taille: int, petits: bytes) -> bytes:
        seuil, table = struct.unpack_from("<II", self._octets, 56)
        if taille >= seuil:
            return self.chaine(premier)[:taille]
        suivants = self._entiers(self.chaine(table))
        petit = 1 << struct.unpack_from("<H", self._octets, 32)[0]
        rangs = _suivre(premier, suivants)
        return b"".join(petits[rang * petit : (rang + 1) * petit] for rang in rangs)[:taille]


def _suivre(premier: int, suivants: Sequence[int]) -> Iterator[int]:
    """The sectors of a chain; one that goes round is cut."""
    for _ in suivants:
        if premier >= len(suivants):
            return
        yield premier
        premier = suivants[premier]
