// The source beside the sample: the words that the marked sentence rests on, the passages around it, and its page in a dialog.
(() => {
  const dialog = document.getElementById("page-dialog");
  const panel = () => document.getElementById("evidence");

  // Words that the sentence rests on come into sight inside the passage; the page itself stays where it is.
  const show = (number) => {
    const passage = panel()?.querySelector("[data-passage]");
    if (!passage) return;
    const marks = [...passage.querySelectorAll("[data-claims]")];
    const on = marks.filter((mark) => number !== null && mark.dataset.claims.split(" ").includes(number));
    for (const mark of marks) mark.classList.toggle("is-on", on.includes(mark));
    for (const said of document.querySelectorAll("#card [data-said]")) said.classList.toggle("is-on", said.dataset.said === number);
    passage.classList.toggle("by-claim", on.length > 0);
    panel().querySelector("[data-no-match]").hidden = number === null || on.length > 0 || !document.querySelector("#card [data-claim-list]");
    if (!on.length || passage.scrollHeight <= passage.clientHeight) return;
    const [box, first] = [passage.getBoundingClientRect(), on[0].getBoundingClientRect()];
    if (first.top < box.top || first.bottom > box.bottom) passage.scrollTop += first.top - box.top - box.height / 3;
  };
  let current = null;
  document.addEventListener("claim:current", (event) => { current = event.detail; show(current); });

  // Pointing at a sentence of the answer shows what it rests on, for as long as it is pointed at.
  let over = null;
  const point = (event) => {
    const said = event.target.closest?.("#card [data-said]")?.dataset.said ?? null;
    if (said === over) return;
    over = said;
    show(over ?? current);
  };
  document.addEventListener("pointerover", point);
  document.addEventListener("pointerdown", point);

  // A link that is swapped away takes the focus with it.
  let wasInside = false;
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#evidence [hx-get]")) wasInside = panel().contains(document.activeElement);
  });

  const open = () => {
    if (dialog.open) return;
    document.getElementById("page-view").replaceChildren();
    dialog.showModal();
  };
  document.addEventListener("click", (event) => {
    if (!dialog || !event.target.closest?.("[data-page-open]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    open();
  });

  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail?.ctx?.target;
    if (target?.id === "evidence" && wasInside) {
      wasInside = false;
      panel().querySelector("[data-passage]").focus({ preventScroll: true });
    }
  });
  document.addEventListener("htmx:error", (event) => {
    if (dialog?.open && event.detail?.ctx?.sourceElement?.matches?.("[data-page-open]")) dialog.close();
  });

  // A key in the dialog presses the control that it is printed on; that of the desk's button puts the page away again.
  // On the document: while a page is exchanged for the next one, nothing in the dialog has the focus.
  document.addEventListener("keydown", (event) => {
    if (!dialog?.open || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const names = Winnow.keyNames(event).map((name) => (name === "=" ? "+" : name));
    if (names.includes(dialog.dataset.closeKey)) { event.preventDefault(); return dialog.close(); }
    const control = names.map((name) => dialog.querySelector(`[data-key="${CSS.escape(name)}"]`)).find(Boolean);
    if (!control || control.hidden) return;
    event.preventDefault();
    window.htmx?.process(control);
    control.click();
  });
  // Where nothing had the focus before, the browser leaves it in the closed dialog until it draws again: keys would get lost.
  dialog?.addEventListener("close", () => { if (dialog.contains(document.activeElement)) document.activeElement.blur(); });
  dialog?.addEventListener("click", (event) => { if (event.target === dialog || event.target.closest("[data-page-close]")) dialog.close(); });
})();
