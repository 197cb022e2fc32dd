// A press on an answer: into the outbox, the next card at once, the rest in the background. And taking answers back.
window.Winnow ??= {};
(() => {
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  const { outbox, ahead, strip } = Winnow;
  const told = document.getElementById("told");
  const subject = () => desk.querySelector("#card [data-subject]");

  const answer = (form, submitter) => {
    for (const input of form.querySelectorAll("[data-seconds]")) input.value = Winnow.seconds();
    const pairs = [...new FormData(form, submitter)].filter(([, value]) => typeof value === "string");
    const fields = Object.fromEntries(pairs);
    const decision = fields.decision || ({ "": "", field: "skip" }[fields.reason ?? ""] ?? "reject");
    if (!decision) return;
    const { slot, subject: sample, about: words } = subject().dataset;
    outbox.add({ kind: "answer", url: `${form.getAttribute("action")}?part=done`, pairs, key: fields.key, decision, slot, sample, words });
    history.replaceState(history.state, "", desk.dataset.home);
    ahead.advance();
    Winnow.soon(outbox.flush);
  };

  // A card that says more now than it did is fetched anew.
  const undo = (fields, isFresh = false) => {
    outbox.add({ kind: "undo", url: `${desk.dataset.undo}?part=done`, ...fields });
    if (isFresh || !ahead.again(fields.slot)) ahead.bring(fields.slot, true);
    Winnow.soon(outbox.flush);
  };

  // One that has not left yet is simply not sent; one that may have arrived is taken back after it, in the same order.
  const takeBackUnsent = (entry) => {
    if (outbox.isSending(entry)) return undo({ pairs: [["key", entry.key]], key: entry.key, slot: entry.slot, words: entry.words });
    outbox.drop(entry);
    if (!ahead.again(entry.slot)) ahead.bring(entry.slot);
  };

  const takeBack = (form, submitter) => {
    const chosen = submitter?.name ? submitter : form.querySelector(".past-list li:not([hidden]) > button");
    if (!chosen) return;
    const entry = chosen.name === "entry" && outbox.here().find((one) => one.id === chosen.value);
    if (entry) takeBackUnsent(entry);
    else if (chosen.name === "review") undo({ pairs: [["review", chosen.value]], slot: chosen.dataset.slot, words: chosen.querySelector(".past-words")?.textContent ?? "" }, "fresh" in chosen.dataset);
  };

  document.addEventListener("submit", (event) => {
    // A button with an address of its own asks for something else, such as another turn in the editor; and whether changed
    // turns still make a conversation only the server can say, so that answer is waited for.
    if (event.submitter?.hasAttribute("formaction") || event.target.querySelector("[data-rearranged]")) return;
    const act = event.target.matches("form[data-answer]") ? answer : event.target.matches("form[data-take-back]") ? takeBack : null;
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act(event.target, event.submitter);
  }, true);

  const close = (notice) => strip.element("button", { className: "btn link small", type: "button", onclick: () => notice.remove() }, window.words("close"));

  const notice = (kind, ...children) => {
    const made = strip.element("div", { className: `notice ${kind}` }, strip.element("span", { className: `glyph ${kind}`, ariaHidden: "true" }), strip.element("div", {}, ...children));
    told.append(made);
    return made;
  };

  const typed = (entry) => entry.pairs.filter(([name, value]) => ["comment", "reject_comment", "flag_comment", "text"].includes(name) && value.trim()).map(([, value]) => value);

  // What was refused stays on the page until the expert has dealt with it, with every word of it.
  const refused = (entry) => {
    if (told.querySelector(`[data-entry="${entry.id}"]`)) return;
    const title = window.words(entry.kind === "undo" ? "not-taken-back" : "not-saved", { words: entry.words });
    const made = notice("rejected",
      strip.element("p", {}, strip.element("b", {}, title), ` ${entry.refused}`),
      ...typed(entry).map((words) => strip.element("details", {}, strip.element("summary", { className: "small" }, window.words("what-you-wrote")), strip.element("p", { className: "source prewrap", dir: "auto" }, words))));
    made.dataset.entry = entry.id;
    const settle = () => { outbox.drop(entry); made.remove(); };
    // Where the sample does not come back, its words must not go with the notice.
    const shown = () => { if (subject()?.dataset.slot === entry.slot) settle(); };
    const bring = () => {
      document.addEventListener("htmx:after:swap", shown);
      if (!ahead.again(entry.slot)) ahead.bring(entry.slot);
    };
    const show = strip.element("button", { className: "btn small", type: "button", onclick: bring }, window.words("show-again"));
    const leave = strip.element("button", { className: "btn link small", type: "button", onclick: settle }, window.words("leave-it"));
    made.lastElementChild.append(strip.element("p", { className: "row" }, ...(entry.kind === "undo" ? [] : [show]), leave));
  };

  // What a model said of the last sample gives way to what it says of the next, and to that sample itself.
  const reveal = () => { for (const old of told.querySelectorAll(".revealed")) old.remove(); };
  document.addEventListener("htmx:after:swap", (event) => { if (event.detail?.ctx?.target === desk) reveal(); });
  told.addEventListener("submit", reveal);

  document.addEventListener("outbox:confirmed", (event) => {
    const { entry, html } = event.detail;
    const fragment = ahead.parsed(html);
    if (entry.owner !== desk.dataset.owner) return;
    const back = fragment.querySelector("#strip").dataset.back;
    strip.take(fragment);
    document.dispatchEvent(new CustomEvent("desk:reserved"));
    if (entry.kind === "answer" && subject()?.dataset.subject !== entry.sample) Winnow.drafts.forget(entry.sample);
    reveal();
    for (const one of fragment.querySelectorAll(".desk-notes .notice")) { one.lastElementChild.append(close(one)); told.append(one); }
    if (entry.kind === "undo") ahead.release(entry.slot, Boolean(back));
  });
  document.addEventListener("outbox:refused", (event) => { refused(event.detail); if (event.detail.kind === "undo") ahead.release(event.detail.slot, false); });

  outbox.refused().forEach(refused);
  for (const [name, count] of outbox.ofOthers()) {
    const made = notice("flagged", strip.element("p", {}, strip.element("b", {}, window.words(count === 1 ? "of-other-one" : "of-other-many", { count, name })),
      ` ${window.words("of-other-then", { name })}`));
    made.lastElementChild.append(close(made));
  }
  // The page was loaded while answers wait: the server shows their samples still.
  if (outbox.here().some((entry) => entry.kind === "answer" && entry.slot === subject()?.dataset.slot)) ahead.advance();
  else Winnow.soon(ahead.fill);
})();
