// Runs before the page is painted: the remembered theme, and the word that scripts are there.
(function () {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const remembered = localStorage.getItem("theme");
    if (remembered === "light" || remembered === "dark") root.dataset.theme = remembered;
  } catch {
    // storage may be switched off; the system's theme holds then
  }
})();
