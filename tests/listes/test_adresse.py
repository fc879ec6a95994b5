"""A list's address: what it asks for is read, or said and replaced; it changes by one thing."""

from django.http import QueryDict

from listes.adresse import Adresse, Anomalie, Etat, lire_etat


def test_une_adresse_change_par_une_chose_a_la_fois() -> None:
    adresse = Adresse(
        "/actions/", (("commune", "30007"), ("commune", "30077"), ("q", "l'été & co"))
    )
    assert [
        str(adresse.sans("commune", "30007")),
        str(adresse.sans("commune").sans("q")),
        str(adresse.sans("q").avec("page", "2")),
        str(adresse.sans("q").avec("commune", "transterritorial")),
        str(adresse.sans("commune")),
    ] == [
        "/actions/?commune=30077&q=l%27%C3%A9t%C3%A9+%26+co",
        "/actions/",
        "/actions/?commune=30007&commune=30077&page=2",
        "/actions/?commune=transterritorial",
        "/actions/?q=l%27%C3%A9t%C3%A9+%26+co",
    ]


def _lire(requete: str) -> Etat:
    return lire_etat(
        QueryDict(requete),
        colonnes=["nom", "commune", "montant"],
        par_defaut=["nom", "montant"],
        triables=["nom", "montant"],
    )


def test_sans_rien_dire_tout_est_usuel() -> None:
    assert _lire("") == _lire("sort=&page=&per_page=&colonnes=&_export=")
    assert _lire("") == Etat("", 1, 50, ("nom", "montant"), "", ())


def test_tout_ce_qui_est_dit_est_lu() -> None:
    assert _lire("sort=-montant&page=3&per_page=200&colonnes=commune&_export=csv") == Etat(
        "-montant", 3, 200, ("nom", "commune"), "csv", ()
    )
    assert _lire("colonnes=montant,commune").colonnes == ("nom", "commune", "montant")
    assert _lire("colonnes=nom").colonnes == ("nom",)


def test_ce_qui_n_est_pas_compris_est_dit() -> None:
    etat = _lire("sort=--nom&page=0&page=x&per_page=10&colonnes=prix&_export=pdf")
    assert [anomalie.parametre for anomalie in etat.anomalies] == [
        "sort",
        "per_page",
        "colonnes",
        "_export",
        "page",
        "page",
    ]
    assert (etat.tri, etat.page, etat.par_page, etat.colonnes, etat.export) == (
        *("", 1, 50),
        ("nom", "montant"),
        "",
    )
    assert etat.anomalies[2] == Anomalie("colonnes", "colonne inconnue : « prix ».")
