// Questions on the desk: conditions, the keys of what is asked turn by turn, rankings, and what is still missing. The server checks it all again.
window.Winnow ??= {};
(() => {
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;

  const all = () => [...desk.querySelectorAll("[data-question]")];
  const named = (key) => all().filter((question) => question.dataset.question === key);
  const isOpen = (question) => !question.dataset.when || question.hasAttribute("data-open");
  const values = (question) => [...question.querySelectorAll("input:checked, .typed-line .input")].map((input) => input.value.trim());

  const isAnswered = (question) => {
    if (question.dataset.control === "span") return !["", "[]"].includes(question.querySelector("[data-spans]").value);
    if (question.dataset.control === "ranking") return [...question.querySelectorAll("select")].every((select) => select.value);
    if (question.dataset.control === "claims") return [...question.querySelectorAll("[data-claim]")].every((claim) => claim.querySelector("input:checked"));
    if (["radio", "check"].includes(question.dataset.control)) return question.querySelector("input:checked") !== null;
    return question.querySelector("textarea, .input").value.trim() !== "";
  };

  // A question may wait for one that waits itself: look again until nothing changes.
  const conditions = () => {
    for (let again = true; again;) {
      again = false;
      for (const question of desk.querySelectorAll("[data-when]")) {
        const wanted = JSON.parse(question.dataset.whenIs);
        const open = named(question.dataset.when).some((other) => isOpen(other) && values(other).some((value) => wanted.includes(value)));
        if (open !== question.hasAttribute("data-open")) { question.toggleAttribute("data-open", open); again = true; }
      }
    }
  };

  // Of a question under several turns, the keys act on the first one without an answer, and are printed there.
  const print = (control, key) => {
    const label = control.closest(".opt");
    label?.querySelector("kbd")?.remove();
    if (!key) { delete control.dataset.key; return; }
    control.dataset.key = key;
    const cap = document.createElement("kbd");
    cap.textContent = key.toUpperCase();
    label?.append(cap);
  };
  Winnow.printKey = print;
  let keysOf = new Map();
  const controls = (question) => [...question.querySelectorAll("input[type=radio], input[type=checkbox]")];
  const collect = () => {
    keysOf = new Map();
    for (const question of desk.querySelectorAll(".turn [data-question]:not([data-control=claims])")) {
      const keys = controls(question).map((control) => control.dataset.ownKey).filter(Boolean);
      if (keys.length) keysOf.set(question.dataset.question, keys);
    }
  };
  const move = () => {
    for (const [key, keys] of keysOf) {
      const acting = named(key).find((question) => isOpen(question) && !isAnswered(question));
      for (const question of named(key)) controls(question).forEach((control, at) => print(control, question === acting ? keys[at] : ""));
    }
  };

  // The chosen answer pressed once more is taken back.
  const remember = () => { for (const radio of desk.querySelectorAll("[data-question] input[type=radio]")) radio.toggleAttribute("data-was", radio.checked); };

  const look = () => { conditions(); move(); remember(); };
  const changed = (control) => control.dispatchEvent(new Event("change", { bubbles: true }));

  const forgive = () => {
    for (const question of all()) { question.classList.remove("has-error"); question.querySelector("[data-told]").textContent = ""; }
  };

  const decisionOf = (button) => (button.name === "decision" ? button.value : button.name === "reason" && button.value !== "field" ? "reject" : "");
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[form=answer]");
    const decision = button && desk.contains(button) ? decisionOf(button) : "";
    if (!decision) return;
    forgive();
    const missing = all().find((question) => (question.dataset.needed ?? "").split(" ").includes(decision) && isOpen(question) && !isAnswered(question));
    if (!missing) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    missing.classList.add("has-error");
    missing.querySelector("[data-told]").textContent = window.words("not-answered");
    const panel = desk.querySelector("details.ask[open]");
    if (panel) panel.open = false;
    const open = [...missing.querySelectorAll("[data-claim]")].find((claim) => !claim.querySelector("input:checked")) ?? missing;
    const first = [...open.querySelectorAll("input:not([type=hidden]), select, textarea, button")].find((control) => control.checkVisibility?.() ?? true);
    first?.focus({ preventScroll: true });
    missing.scrollIntoView({ block: "nearest" });
  }, true);

  desk.addEventListener("click", (event) => {
    const radio = event.target.closest("[data-question] input[type=radio]");
    if (radio?.hasAttribute("data-was")) { radio.checked = false; changed(radio); }
    const focus = event.target.closest("[data-focus]");
    if (focus) document.getElementById(focus.dataset.focus).focus();
    const place = event.target.closest("[data-place]");
    if (!place) return;
    const select = document.getElementById(place.dataset.place);
    const taken = [...place.closest(".ranks").querySelectorAll("select")].map((other) => Number(other.value));
    select.value = select.value ? "" : String(Math.max(...taken) + 1);
    changed(select);
  });

  // Enter in a field would press a button; only the button's own key does that.
  desk.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && event.target.matches("[data-question] input")) event.preventDefault();
  });

  desk.addEventListener("change", (event) => {
    const question = event.target.closest("[data-question]");
    if (!question) return;
    forgive();
    look();
  });
  const arrive = () => { collect(); look(); };
  document.addEventListener("htmx:after:swap", (event) => { if (event.detail?.ctx?.target === desk) arrive(); });
  document.addEventListener("desk:card", arrive);
  arrive();
})();
