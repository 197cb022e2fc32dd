// Labels on words: select words of the sample, then press a label. Places are counted in characters of the text as it was imported.
(() => {
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  const clean = new WeakMap();

  const roots = () => [...desk.querySelectorAll("[data-words]")];
  const read = (input) => { try { return JSON.parse(input.value || "[]"); } catch { return []; } };
  const samePlace = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const rootOf = (path) => roots().find((root) => samePlace(JSON.parse(root.dataset.words), path));

  // Text nodes, and marks that stand for so many unseen characters.
  function* pieces(root) {
    for (const node of root.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) yield { node, signs: [...node.data] };
      else if (node.dataset?.length) yield { node, signs: Array(Number(node.dataset.length)).fill("\0") };
      else yield* pieces(node);
    }
  }
  const signs = (root) => [...pieces(root)].flatMap((piece) => piece.signs);
  const place = (root, node, offset) => {
    const range = document.createRange();
    range.setStart(root, 0);
    range.setEnd(node, offset);
    return signs(range.cloneContents()).length;
  };

  const trimmed = (root, start, end) => {
    const text = signs(root);
    while (start < end && /\s/.test(text[start])) start += 1;
    while (start < end && /\s/.test(text[end - 1])) end -= 1;
    return start < end ? { path: JSON.parse(root.dataset.words), start, end } : null;
  };

  const selected = () => {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const inside = roots().filter((root) => range.intersectsNode(root) && range.toString().trim());
    const root = inside.find((one) => one.contains(range.startContainer)) ?? inside[0];
    if (!root) return null;
    const start = root.contains(range.startContainer) ? place(root, range.startContainer, range.startOffset) : 0;
    const end = root.contains(range.endContainer) ? place(root, range.endContainer, range.endOffset) : signs(root).length;
    return trimmed(root, start, end);
  };

  // Words that were typed instead: where they stand first, the answer before the question, and not yet marked so.
  const quoted = (words, found, label) => {
    const wanted = [...words.trim()];
    for (const root of wanted.length ? roots().reverse() : []) {
      const text = signs(root);
      const path = JSON.parse(root.dataset.words);
      for (let start = 0; start + wanted.length <= text.length; start += 1) {
        const isTaken = found.some((one) => samePlace(one.path, path) && one.start === start && one.label === label);
        if (!isTaken && wanted.every((sign, at) => text[start + at] === sign)) return { path, start, end: start + wanted.length };
      }
    }
    return null;
  };

  const wrap = (root, span, number) => {
    let at = 0;
    for (const { node, signs: here } of [...pieces(root)]) {
      const [from, to] = [Math.max(span.start - at, 0), Math.min(span.end - at, here.length)];
      at += here.length;
      if (from >= to) continue;
      const range = document.createRange();
      if (node.nodeType === Node.TEXT_NODE) {
        range.setStart(node, here.slice(0, from).join("").length);
        range.setEnd(node, here.slice(0, to).join("").length);
      } else range.selectNode(node);
      const mark = document.createElement("mark");
      mark.className = `labelled n${number}${span.start >= at - here.length ? " begins" : ""}`;
      mark.title = span.label;
      range.surroundContents(mark);
    }
  };

  const line = (question, span, at, number) => {
    const item = document.createElement("li");
    const swatch = Object.assign(document.createElement("span"), { className: `swatch n${number}`, textContent: number, title: span.label });
    const words = Object.assign(document.createElement("span"), { className: "marked-words", dir: "auto" });
    const root = rootOf(span.path);
    words.textContent = `“${root ? signs(root).slice(span.start, span.end).join("").slice(0, 80) : "…"}”`;
    const off = Object.assign(document.createElement("button"), { type: "button", className: "btn link small", textContent: window.words("remove") });
    off.dataset.unmark = at;
    off.setAttribute("aria-label", window.words("remove-mark", { label: span.label, words: words.textContent }));
    item.append(swatch, words, off);
    return item;
  };

  const draw = () => {
    for (const root of roots()) {
      if (!clean.has(root)) clean.set(root, root.cloneNode(true));
      else root.replaceChildren(...clean.get(root).cloneNode(true).childNodes);
    }
    for (const question of desk.querySelectorAll("[data-control=span]")) {
      const labels = [...question.querySelectorAll("[data-label]")].map((button) => button.dataset.label);
      const found = read(question.querySelector("[data-spans]"));
      for (const span of found) {
        const root = rootOf(span.path ?? []);
        if (root) wrap(root, span, labels.indexOf(span.label) + 1);
      }
      question.querySelector("[data-marks]").replaceChildren(...found.map((span, at) => line(question, span, at, labels.indexOf(span.label) + 1)));
    }
  };

  const put = (question, found) => {
    const input = question.querySelector("[data-spans]");
    input.value = found.length ? JSON.stringify(found) : "";
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  // A press on a button would take the selection away.
  desk.addEventListener("mousedown", (event) => { if (event.target.closest("[data-label]")) event.preventDefault(); });
  // A finger takes it away all the same: what was selected when it came down is meant.
  let touched = null;
  desk.addEventListener("pointerdown", (event) => { touched = event.target.closest("[data-label]") ? selected() : null; });
  desk.addEventListener("click", (event) => {
    const button = event.target.closest("[data-label], [data-unmark]");
    const question = button?.closest("[data-control=span]");
    if (!question) return;
    const found = read(question.querySelector("[data-spans]"));
    if (button.dataset.unmark) {
      put(question, found.filter((_, at) => at !== Number(button.dataset.unmark)));
      (question.querySelector("[data-unmark]") ?? question.querySelector("[data-label]")).focus({ preventScroll: true });
      return;
    }
    const quote = question.querySelector("[data-quote]");
    const label = button.dataset.label;
    const span = selected() ?? touched ?? quoted(quote.value, found, label);
    if (!span) {
      question.querySelector("[data-told]").textContent = window.words(quote.value.trim() ? "quote-not-found" : "select-first");
      return;
    }
    quote.value = "";
    touched = null;
    getSelection().removeAllRanges();
    if (!found.some((one) => samePlace(one, { ...span, label }))) put(question, [...found, { ...span, label }]);
  });

  desk.addEventListener("change", (event) => { if (event.target.matches("[data-spans]")) draw(); });
  const arrive = () => { if (desk.querySelector("[data-spans]")) draw(); };
  document.addEventListener("htmx:after:swap", (event) => { if (event.detail?.ctx?.target === desk) arrive(); });
  document.addEventListener("desk:card", arrive);
  arrive();
})();
