"""Accents as Windows, the Mac and DOS write them: read, or said not to be."""

import pytest

from importation.extraction.bornes import RefusError
from importation.extraction.codages import decoder, dedoubler

TEXTE = "R1;Vélo et théâtre d'été à l'école;Ça et là, ÉLAN\r\nR2;Noël;Forêt naïve où l'août\r\n"


@pytest.mark.parametrize("codage", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_les_codages_courants_se_lisent_sans_un_mot(codage: str) -> None:
    assert decoder(TEXTE.encode(codage)) == (TEXTE, [])


@pytest.mark.parametrize(
    ("codage", "nom"), [("mac_roman", "Macintosh"), ("cp850", "MS-DOS"), ("cp437", "MS-DOS")]
)
def test_les_codages_du_mac_et_de_dos_sont_reconnus_et_dits(codage: str, nom: str) -> None:
    texte = TEXTE.replace("ÉLAN", "élan")

    assert decoder(texte.encode(codage)) == (
        texte,
        [(1, "Vélo", f"Fichier enregistré au format {nom} : vérifiez les accents.")],
    )


def test_deux_codages_dans_un_fichier_et_dans_une_ligne() -> None:
    octets = "R1;LAÏQUE\nR2;Fête, ".encode() + "été\nR3;Élan\n".encode("cp1252")

    assert decoder(octets) == (
        "R1;LAÏQUE\nR2;Fête, été\nR3;Élan\n",
        [
            (
                2,
                "Fête",
                "Deux codages dans ce fichier, Windows depuis cette ligne et UTF-8 : vérifiez les "
                "accents.",
            )
        ],
    )


def test_deux_octets_egares_dans_un_fichier_utf_8_ne_le_rendent_pas_illisible() -> None:
    octets = "Référence;Intitulé\nR1;Forêt où l’été ".encode() + b"\xe9t\xe9\n"

    texte, [(ligne, _, phrase)] = decoder(octets)

    assert texte == "Référence;Intitulé\nR1;Forêt où l’été été\n"
    assert (ligne, phrase.partition(",")[0]) == (2, "Deux codages dans ce fichier")


def test_des_accents_illisibles_sont_refuses_avec_leur_ligne() -> None:
    octets = "a;été\nb;élan\nc;école\n".encode("cp1252") + "d;médiation\n".encode("mac_roman")

    with pytest.raises(RefusError) as refus:
        decoder(octets)

    assert str(refus.value) == (
        "Ligne 4 : accents illisibles (« mŽdiation »). Dans Excel : Enregistrer sous > CSV UTF-8, "
        "puis renvoyez le fichier."
    )


@pytest.mark.parametrize("texte", ["L’œuvre – 50 €…", "M² et n° 3", "L'APRÈS-MIDI", "São Miloš"])
def test_ce_que_windows_ecrit_de_rare_reste_tel_quel(texte: str) -> None:
    assert decoder(texte.encode("cp1252")) == (texte, [])


@pytest.mark.parametrize("fois", [1, 2, 3])
def test_des_accents_codes_plusieurs_fois_se_retablissent(fois: int) -> None:
    mot = "CŒUR d'été, l’œuvre à Alès"
    abime = mot
    for _ in range(fois):
        abime = abime.encode().decode("cp1252")

    assert dedoubler(abime) == mot


@pytest.mark.parametrize("texte", ["Été", "JOÃO", "Ångström", "Â"])
def test_ce_qui_n_est_pas_abime_reste_tel_quel(texte: str) -> None:
    assert dedoubler(texte) == texte
