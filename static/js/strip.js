// The strip tells the truth: what the server has confirmed, what is being saved, what waits; and the last ten decisions.
window.Winnow ??= {};
(() => {
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  const { outbox } = Winnow;
  const LAST = 10;
  const STATES = { approve: "approved", reject: "rejected", flag: "flagged", skip: "candidate" };
  const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  const strip = () => document.getElementById("strip");
  const part = (name) => strip().querySelector(`[data-part="${name}"]`);
  let confirmed = [];

  const element = (tag, attributes, ...children) => {
    const made = Object.assign(document.createElement(tag), attributes);
    made.append(...children);
    return made;
  };

  const clock = (root) => {
    for (const time of root.querySelectorAll("[data-clock] time")) {
      const date = new Date(time.dateTime);
      time.title = date.toLocaleString(language, { dateStyle: "long", timeStyle: "short" });
      time.dataset.local = "";
      time.textContent = date.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
    }
  };

  const state = () => {
    const count = outbox.waiting().length;
    if (!count) return null;
    if (outbox.trouble) return ["flagged", window.words("waiting", { count })];
    return ["queued", window.words("saving")];
  };

  const status = () => {
    const told = state();
    const saved = part("saved");
    const words = told?.[1] ?? "";
    if (saved.dataset.state === words) return;
    saved.dataset.state = words;
    saved.replaceChildren(...(told ? [element("span", { className: `glyph ${told[0]}`, ariaHidden: "true" }), told[1]] : confirmed));
  };

  const pill = (entry) => {
    const decision = entry.decision in STATES ? entry.decision : "skip";
    const [glyph, word, about] = [STATES[decision], window.words(decision), entry.words || window.words("no-words")];
    const button = element("button", { className: "past-one", name: "entry", value: entry.id, title: window.words("unsent-title", { word, words: entry.words }) },
      element("span", { className: `glyph ${glyph}`, ariaHidden: "true" }),
      element("span", { className: "off" }, `${window.words("unsent", { word })} `),
      element("span", { className: "past-words", dir: "auto" }, about));
    button.dataset.of = entry.key;
    return element("li", { className: "unsent" }, button);
  };

  // What is being taken back is no decision any more, be it on its way still or confirmed a moment ago.
  const isGone = (button, undos) => undos.some((undo) => (button.name === "entry" ? undo.key === button.dataset.of : undo.slot === button.dataset.slot));

  const past = () => {
    const list = part("past").querySelector(".past-list");
    for (const old of list.querySelectorAll(".unsent")) old.remove();
    const entries = outbox.here();
    for (const entry of entries) if (entry.kind === "answer") list.prepend(pill(entry));
    const undos = entries.filter((entry) => entry.kind === "undo");
    let shown = 0;
    for (const item of list.children) {
      item.hidden = isGone(item.firstElementChild, undos) || ++shown > LAST;
    }
    part("past").querySelector("[data-undo-last]").hidden = !shown;
  };

  const render = () => {
    status();
    past();
    strip().querySelector("[data-sign-in]").hidden = !["out", "other"].includes(outbox.trouble);
    strip().toggleAttribute("data-needs-eye", Boolean(outbox.trouble));
  };

  // What the server says now, in place of what it said before. The elements stay, so that a change is read aloud.
  const take = (fragment) => {
    const fresh = fragment.querySelector("#strip");
    if (!fresh) return;
    clock(fresh);
    for (const name of ["today", "past"]) part(name).replaceChildren(...fresh.querySelector(`[data-part="${name}"]`).childNodes);
    confirmed = [...fresh.querySelector('[data-part="saved"]').childNodes];
    delete part("saved").dataset.state;
    render();
  };

  const arrive = () => {
    clock(strip());
    confirmed = [...part("saved").childNodes];
    delete part("saved").dataset.state;
    render();
  };

  document.addEventListener("outbox:change", render);
  document.addEventListener("htmx:after:swap", (event) => { if (event.detail?.ctx?.target === desk && !event.detail.isAtHand) arrive(); });
  Winnow.strip = { take, element };
  arrive();
})();
