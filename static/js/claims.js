// Sentences judged against their source: one is marked, the printed keys judge it, and the next one follows.
window.Winnow ??= {};
(() => {
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  const TYPING = "textarea, select, [contenteditable], input:not([type=button], [type=checkbox], [type=radio], [type=submit])";

  const lists = () => [...desk.querySelectorAll("#card [data-claim-list]")];
  const lines = (list) => [...list.children];
  const isJudged = (line) => line.querySelector("input:checked") !== null;
  const current = (list) => list.querySelector(":scope > .is-current");

  const tell = (line) => document.dispatchEvent(new CustomEvent("claim:current", { detail: line ? line.dataset.claim : null }));

  const choose = (list, line, isSeen = false) => {
    const keys = list.dataset.keys.split(" ").filter(Boolean);
    for (const one of lines(list)) {
      one.classList.toggle("is-current", one === line);
      one.querySelectorAll("input").forEach((input, at) => Winnow.printKey(input, one === line ? keys[at] ?? "" : ""));
    }
    if (isSeen) line?.scrollIntoView({ block: "nearest" });
    tell(line);
  };

  // The next that is not judged; past the last one it begins again at the first.
  const following = (list, line) => {
    const all = lines(list);
    const after = all.slice(all.indexOf(line) + 1).concat(all);
    return after.find((one) => !isJudged(one)) ?? line;
  };

  desk.addEventListener("change", (event) => {
    const line = event.target.closest?.("[data-claim]");
    if (!line) return;
    const list = line.parentElement;
    const next = isJudged(line) ? following(list, line) : line;
    choose(list, next, event.isTrusted);  // a draft that is taken up moves nothing
  });

  for (const kind of ["focusin", "pointerdown"]) {
    desk.addEventListener(kind, (event) => {
      const line = event.target.closest?.("[data-claim]");
      if (line && !line.classList.contains("is-current") && kind === "focusin" && event.target.matches(":focus-visible")) choose(line.parentElement, line);
      else if (line && kind === "pointerdown" && !event.target.closest(".opt")) choose(line.parentElement, line);
    });
  }

  // The words under the pointer, for as long as it is there.
  let over = null;
  desk.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const line = event.target.closest?.("[data-claim]") ?? null;
    if (line === over) return;
    over = line;
    const list = line?.parentElement ?? lists()[0];
    if (list) tell(line ?? current(list));
  });

  document.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
    // A region that has the focus scrolls by arrows, a button in it does not. A dialog that was just closed may still have it.
    if (event.target.closest?.(`${TYPING}, dialog[open], [popover], summary`) || event.target.matches?.("[role=region]:not(dialog *)")) return;
    if (document.querySelector("dialog:modal, :popover-open, details.ask[open]")) return;
    const [list] = lists();
    if (!list) return;
    const all = lines(list);
    const at = all.indexOf(current(list)) + by;
    if (at < 0 || at >= all.length) return;
    event.preventDefault();
    choose(list, all[at], true);
    if (list.contains(document.activeElement)) (all[at].querySelector("input:checked") ?? all[at].querySelector("input")).focus({ preventScroll: true });
  });

  const arrive = () => {
    over = null;
    for (const list of lists()) choose(list, lines(list).find((one) => !isJudged(one)) ?? lines(list)[0]);
    if (!lists().length) tell(null);
  };
  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail?.ctx?.target;
    if (target === desk) arrive();
    // A neighbour of the passage has marks of its own.
    else if (target?.id === "evidence" && lists().length) tell(current(lists()[0]));
  });
  arrive();
})();
