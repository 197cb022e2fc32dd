// Asking about selected words. A selection is sent as letters and digits: so many before it, so many in it. What the page
// shows of a text has other spaces and signs than its source, but the same letters in the same order.
(() => {
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  const LETTER = /[\p{L}\p{N}]/gu;
  const MOST_SHOWN = 200;
  let chosen = null;

  const panel = () => desk.querySelector("[data-ask]");
  const letters = (text) => (text.match(LETTER) ?? []).length;

  // Letters of a turn up to a boundary; marks' numbers and names of unseen characters are ours, numbers of items are the text's.
  const before = (turn, node, offset) => {
    const end = document.createRange();
    end.setStart(turn, 0);
    end.setEnd(node, offset);
    let count = 0;
    const walk = document.createTreeWalker(turn, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (one) =>
      one.nodeType === Node.ELEMENT_NODE && one.matches(".mark-n, .unseen") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    for (let one = walk.nextNode(); one; one = walk.nextNode()) {
      if (end.comparePoint(one, 0) > 0) break;
      if (one.nodeType === Node.ELEMENT_NODE) {
        if (one.matches("li[value]")) count += letters(one.getAttribute("value"));
        continue;
      }
      count += letters(one === node ? one.data.slice(0, offset) : one.data);
      if (one === node) break;
    }
    return count;
  };

  const turnOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest("[data-piece]");

  const selected = () => {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const turn = turnOf(range.startContainer);
    if (!turn || turn !== turnOf(range.endContainer) || !desk.contains(turn)) return null;
    const first = before(turn, range.startContainer, range.startOffset);
    const count = before(turn, range.endContainer, range.endOffset) - first;
    return count > 0 ? { turn: turn.dataset.piece, before: first, letters: count, words: selection.toString().trim() } : null;
  };

  const show = () => {
    const form = panel()?.querySelector("form");
    if (!form) return;
    for (const name of ["turn", "before", "letters"]) form.querySelector(`[data-span="${name}"]`).value = chosen?.[name] ?? "";
    const shown = form.querySelector("[data-span-shown]");
    shown.hidden = !chosen;
    shown.querySelector("q").textContent = (chosen?.words ?? "").slice(0, MOST_SHOWN);
  };

  // The selection is lost as soon as the panel's text has the focus, so it is kept as it is made.
  document.addEventListener("selectionchange", () => {
    const now = selected();
    if (!now || panel()?.open) return;
    chosen = now;
  });
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest?.("[data-ask]") && !panel()?.open) chosen = null;
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-ask] > summary")) show();
    if (!event.target.closest("[data-span-drop]")) return;
    chosen = null;
    show();
    panel().querySelector("[data-first]").focus();
  });

  // Before keys.js, which would press the last Ctrl Enter on the page.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
    const send = event.target.closest?.("#ask-form")?.querySelector("[data-ask-send]");
    if (!send) return;
    event.preventDefault();
    // A quick hand may be faster than htmx, as in keys.js.
    window.htmx?.process(send.form);
    send.click();
  }, true);

  const sent = () => {
    const asked = panel();
    if (!asked) return;
    chosen = null;
    const form = asked.querySelector("form");
    for (const field of form.querySelectorAll("textarea, [name=to]")) {
      field.value = "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (crypto.randomUUID) form.querySelector("[data-press]").value = crypto.randomUUID();
    asked.open = false;
    asked.querySelector("summary").focus({ preventScroll: true });
    const said = document.createElement("p");
    said.className = "notice approved";
    said.textContent = window.words("asked");
    document.getElementById("alerts")?.replaceChildren(said);
  };

  document.addEventListener("desk:card", () => { chosen = null; });
  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail?.ctx?.target;
    if (target === desk) chosen = null;
    const threads = desk.querySelector("#threads[data-was-sent]");
    if (!threads || target === desk) return;
    delete threads.dataset.wasSent;
    sent();
  });
})();
