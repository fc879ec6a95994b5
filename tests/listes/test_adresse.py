"""A list's address: changed by one thing at a time, never sent with what says nothing."""

from listes.adresse import Adresse


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
