// Signing out takes every unsent draft out of this browser: the next person at this machine finds none.
// Answers that have not been sent go with them only after a warning; those of another person stay where they are.
document.addEventListener("submit", (event) => {
  if (!/\/sign-out(-everywhere)?$/.test(event.target.getAttribute("action") ?? "")) return;
  const names = () => { try { return Object.keys(localStorage); } catch { return []; } };
  const unsent = names().filter((name) => name.startsWith(`winnow-outbox:${document.body.dataset.viewer}:`));
  const warning = () => words(unsent.length === 1 ? "unsent-one" : "unsent-many", { count: unsent.length });
  if (unsent.length && !confirm(`${warning()}\n\n${words("cancel-or-delete")}`)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  for (const name of [...unsent, ...names().filter((one) => one.startsWith("winnow-draft:"))]) localStorage.removeItem(name);
}, true);
