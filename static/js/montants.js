// An amount in euros as a person types it: the same reading as listes/chiffres.py.
"use strict";
window.Montants = (() => {
  const SIMPLE = /^([0-9]+)(?:[.,]([0-9]{1,2}))?$/;
  const PAR_MILLIERS =
    /^([1-9][0-9]{0,2}([ .,])[0-9]{3}(?:\2[0-9]{3})*)(?:(?!\2)[.,]([0-9]{1,2}))?$/;
  const DEUX_LECTURES = /^[1-9][0-9]{0,2}[.,][0-9]{3}$/;
  const ENTIER_MAX = 10;

  // The cents; null when empty or unreadable (the server will say why).
  function centimes(texte) {
    const nettoye = texte
      .trim()
      .replace(/[ \u00a0\u202f\u2009]/g, " ")
      .replace(/ *(?:€|eur|euros?)$/i, "");
    if (DEUX_LECTURES.test(nettoye)) return null;
    const simple = SIMPLE.exec(nettoye);
    const groupe = simple ? null : PAR_MILLIERS.exec(nettoye);
    if (!simple && !groupe) return null;
    const entier = (simple ? simple[1] : groupe[1]).replace(/[ .,]/g, "").replace(/^0+(?=.)/, "");
    const cents = (simple ? simple[2] : groupe[3]) || "0";
    return entier.length > ENTIER_MAX ? null : Number(entier) * 100 + Number(cents.padEnd(2, "0"));
  }

  return { centimes };
})();
