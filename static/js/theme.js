// Remembers a chosen theme. Loaded before the page is drawn, so that a dark page never flashes white.
// Without this file the page follows the system.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";

  const apply = (theme) => {
    if (theme === "dark" || theme === "light") root.dataset.theme = theme;
  };
  try { apply(localStorage.getItem("theme")); } catch { /* private windows may have no storage */ }

  const label = (button) => { button.textContent = (isDark() ? button.dataset.light : button.dataset.dark) ?? button.textContent; };
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.hidden = false;
      label(button);
      dark.addEventListener("change", () => label(button));
      button.addEventListener("click", () => {
        apply(isDark() ? "light" : "dark");
        try { localStorage.setItem("theme", root.dataset.theme); } catch { /* as above */ }
        label(button);
      });
    }
  });
})();
