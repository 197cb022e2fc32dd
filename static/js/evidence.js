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
    passage.classList.toggle("by-claim", on.length > 0);
    panel().querySelector("[data-no-match]").hidden = number === null || on.length > 0 || !document.querySelector("#card [data-claim-list]");
    if (!on.length || passage.scrollHeight <= passage.clientHeight) return;
    const [box, first] = [passage.getBoundingClientRect(), on[0].getBoundingClientRect()];
    if (first.top < box.top || first.bottom > box.bottom) passage.scrollTop += first.top - box.top - box.height / 3;
  };
  document.addEventListener("claim:current", (event) => show(event.detail));

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
  dialog?.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const key = event.key.toLowerCase();
    if (key === dialog.dataset.closeKey) { event.preventDefault(); return dialog.close(); }
    const control = dialog.querySelector(`[data-key="${CSS.escape(key === "=" ? "+" : key)}"]`);
    if (!control || control.hidden) return;
    event.preventDefault();
    window.htmx?.process(control);
    control.click();
  });
  dialog?.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
})();
