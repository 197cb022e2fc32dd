// Keeps what is typed on the desk in this browser, until the server has confirmed it. A draft belongs to one person, dataset and sample.
window.Winnow ??= {};
(() => {
  const PREFIX = "winnow-draft:";
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;

  const subject = () => desk.querySelector("[data-subject]")?.dataset.subject;
  const place = (sample, name) => `${PREFIX}${desk.dataset.owner}:${sample}:${name}`;
  // A private window may have no storage: then there are no drafts, and everything else works.
  const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const store = (key, text) => { try { text === null ? localStorage.removeItem(key) : localStorage.setItem(key, text); } catch { /* as above */ } };
  const keys = () => { try { return Object.keys(localStorage); } catch { return []; } };

  const original = (area) => area.dataset.original ?? area.defaultValue;

  // All answers to the questions are one draft.
  const answers = () => [...desk.querySelectorAll("[data-question] [name^='a.']")];
  const given = () => answers().filter((input) => (/^(radio|checkbox)$/.test(input.type) ? input.checked : input.value)).map((input) => [input.name, input.value]);
  const restoreAnswers = () => {
    const draft = stored(place(subject(), "answers"));
    if (draft === null || draft === JSON.stringify(given())) return;
    const found = JSON.parse(draft);
    for (const input of answers()) {
      const values = found.filter(([name]) => name === input.name).map(([, value]) => value);
      if (/^(radio|checkbox)$/.test(input.type)) input.checked = values.includes(input.value);
      else input.value = values[0] ?? "";
    }
    for (const input of answers()) input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const keepAnswers = (event) => {
    if (subject() && event.target.closest?.("[data-question]")) store(place(subject(), "answers"), JSON.stringify(given()));
  };
  for (const kind of ["input", "change"]) document.addEventListener(kind, keepAnswers);

  const restore = () => {
    for (const area of desk.querySelectorAll("textarea[data-draft]")) {
      const draft = stored(place(subject(), area.dataset.draft));
      if (draft === null || draft === area.value) continue;
      area.value = draft;
      area.closest("details.fold")?.setAttribute("open", "");
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
    restoreAnswers();
    const edit = desk.querySelector("[data-edit]");
    const hasDraft = keys().some((key) => key.startsWith(place(subject(), "text-")));
    if (edit && hasDraft) edit.dataset.hasDraft = words("draft");
  };

  const forget = (sample) => {
    for (const key of keys()) if (key.startsWith(place(sample, ""))) store(key, null);
  };

  document.addEventListener("input", (event) => {
    const area = event.target.closest("textarea[data-draft]");
    if (!area || !subject()) return;
    store(place(subject(), area.dataset.draft), area.value === original(area) ? null : area.value);
  });

  document.addEventListener("click", (event) => {
    const reset = event.target.closest("[data-reset]");
    if (!reset) return;
    const area = document.getElementById(reset.dataset.reset);
    area.value = area.dataset.original;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  });

  const arrive = () => {
    const saved = desk.querySelector("[data-saved]");
    if (saved) forget(saved.dataset.saved);
    for (const reset of desk.querySelectorAll("[data-reset]")) reset.hidden = false;
    restore();
  };
  document.addEventListener("htmx:after:swap", (event) => { if (event.target === desk || desk.contains(event.target)) isDesk(event) && arrive(); });
  Winnow.drafts = { forget };
  const isDesk = (event) => event.detail?.ctx?.target === desk || event.target === desk;
  arrive();
})();
