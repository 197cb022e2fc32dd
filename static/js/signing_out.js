// Signing out takes every unsent draft out of this browser: the next person at this machine finds none.
document.addEventListener("submit", (event) => {
  if (!event.target.action?.endsWith("/sign-out")) return;
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith("winnow-draft:")) localStorage.removeItem(key);
  } catch { /* no storage, no drafts */ }
});
