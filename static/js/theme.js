// Follows the system's light or dark preference; without JavaScript the site stays light.
(() => {
  const racine = document.documentElement;
  const sombre = window.matchMedia("(prefers-color-scheme: dark)");
  const appliquer = () => {
    racine.dataset.bsTheme = sombre.matches ? "dark" : "light";
  };
  racine.classList.add("avec-js");
  appliquer();
  sombre.addEventListener("change", appliquer);
})();
