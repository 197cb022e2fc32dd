// The sample and the decision, and nothing else. What is put away stays within reach of keys and of the Tab key.
(() => {
  const root = document.documentElement;
  const isOn = () => "focusView" in root.dataset;
  const show = (on) => {
    if (on) root.dataset.focusView = ""; else delete root.dataset.focusView;
    for (const button of document.querySelectorAll("[data-focus-switch]")) button.ariaPressed = String(on);
  };
  try { show(localStorage.getItem("focus-view") === "on"); } catch { /* private windows may have no storage */ }

  for (const button of document.querySelectorAll("[data-focus-switch]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      show(!isOn());
      try { localStorage.setItem("focus-view", isOn() ? "on" : "off"); } catch { /* as above */ }
      if (button.matches(".focus-leave")) document.getElementById("sample-h")?.focus({ preventScroll: true });
    });
  }
})();
