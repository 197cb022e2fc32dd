// Turns of a conversation in the editor: where the cursor is when a turn is split, and the draft of turns that have moved.
(() => {
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;

  const key = () => `winnow-draft:${desk.dataset.owner}:${desk.querySelector("[data-subject]")?.dataset.subject}:text-turns`;
  // A private window may have no storage: then there is no draft, and everything else works.
  const stored = () => { try { return JSON.parse(localStorage.getItem(key()) ?? "null"); } catch { return null; } };
  const store = (draft) => { try { draft ? localStorage.setItem(key(), JSON.stringify(draft)) : localStorage.removeItem(key()); } catch { /* as above */ } };

  const layout = () => desk.querySelector("[data-layout]");
  const inputs = (name) => [...desk.querySelectorAll(`[form=answer][name=${name}]`)];
  const keep = () => {
    if (!layout()?.hasAttribute("data-rearranged")) return;
    const [piece, text, role] = ["piece", "text", "role"].map((name) => inputs(name).map((input) => input.value));
    store({ layout: layout().value, piece, text, role });
  };

  const restore = (draft) => {
    for (const name of ["piece", "text", "role"]) {
      for (const input of inputs(name)) input.disabled = true;
      for (const value of draft[name]) {
        const input = Object.assign(document.createElement("textarea"), { name, value, hidden: true });
        input.setAttribute("form", "answer");
        desk.append(input);
      }
    }
    layout().value = draft.layout;
    const show = desk.querySelector("[data-show]");
    window.htmx?.process(show.form);
    window.htmx?.process(show);
    show.click();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[name=operation]");
    if (!button || !desk.contains(button) || button.hasAttribute("data-show")) return;
    const [operation, number] = button.value.split(".");
    const area = operation === "split" ? document.getElementById(`text-${number}`) : null;
    const before = area ? area.value.slice(0, area.selectionStart) : "";
    desk.querySelector("[data-cursor]").value = before && before.length < area.value.length ? [...before].length : "";
    store(null);
  }, true);

  desk.addEventListener("input", keep);
  desk.addEventListener("change", keep);
  const arrive = () => {
    if (!layout()) return;
    const draft = layout().hasAttribute("data-rearranged") ? null : stored();
    if (draft && draft.layout !== layout().value) restore(draft);
    else keep();
  };
  document.addEventListener("htmx:after:swap", (event) => { if (event.detail?.ctx?.target === desk) arrive(); });
  document.addEventListener("desk:card", arrive);
  arrive();
})();
