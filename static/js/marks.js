// Marks in the text can be put away; this browser remembers it. Without this script they are simply there.
(() => {
  const KEY = "winnow-marks";
  const root = document.documentElement;
  const stored = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  const store = (value) => { try { localStorage.setItem(KEY, value); } catch { /* a private window may have no storage */ } };

  const show = () => {
    const isOff = root.dataset.marks === "off";
    for (const button of document.querySelectorAll("[data-marks-switch]")) {
      button.hidden = false;
      button.querySelector("[data-marks-word]").textContent = window.words(isOff ? "show" : "hide");
    }
  };

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-marks-switch]")) return;
    root.dataset.marks = root.dataset.marks === "off" ? "on" : "off";
    store(root.dataset.marks);
    show();
  });

  if (stored() === "off") root.dataset.marks = "off";
  document.addEventListener("htmx:after:swap", show);
  document.addEventListener("desk:card", show);
  show();
})();
