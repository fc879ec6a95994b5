"""What an address asks of a list beside its filters; what can't be read is said and replaced."""

from django.http import QueryDict

from listes.etat import Anomalie, Etat, lire_etat


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
