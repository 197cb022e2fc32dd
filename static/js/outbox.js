// Answers on their way: kept in this browser until the server has confirmed them, sent in order, as often as it takes.
// A repeat is harmless, because each carries its key. What the server refuses is kept too, until the expert has seen it.
window.Winnow ??= {};
(() => {
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  const { person, owner } = desk.dataset;
  const MINE = `winnow-outbox:${person}:`;
  const WAITS = [1, 2, 4, 8, 15, 30];
  const MOST_FAILURES = 6;
  const unkept = new Map();  // a private window may have no storage: then the page itself is all there is
  let [last, sending, trouble, tries, timer, busy] = [0, null, "", 0, 0, false];

  const say = (name, detail) => document.dispatchEvent(new CustomEvent(`outbox:${name}`, { detail }));
  const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const names = () => { try { return Object.keys(localStorage).filter((name) => name.startsWith(MINE)); } catch { return []; } };

  const read = (name) => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } };
  const all = () => [...names().map(read).filter(Boolean), ...unkept.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  const waiting = () => all().filter((entry) => !entry.refused);
  const refused = () => all().filter((entry) => entry.refused);

  const ofOthers = () => {
    const counts = new Map();
    try {
      for (const name of Object.keys(localStorage)) {
        const entry = name.startsWith("winnow-outbox:") && !name.startsWith(MINE) && read(name);
        if (entry) counts.set(entry.name, (counts.get(entry.name) ?? 0) + 1);
      }
    } catch { /* no storage, nobody's answers */ }
    return counts;
  };

  const keep = (entry) => {
    try { localStorage.setItem(MINE + entry.id, JSON.stringify(entry)); }
    catch { unkept.set(entry.id, entry); }
  };
  const drop = (entry) => {
    unkept.delete(entry.id);
    try { localStorage.removeItem(MINE + entry.id); } catch { /* as above */ }
    say("change");
  };

  // The order is that of the presses, also where the clock of this machine was set back in between.
  const add = (fields) => {
    const newest = Number(all().at(-1)?.id.split("-")[0] ?? 0);
    last = Math.max(Date.now(), last + 1, newest + 1);
    const entry = { id: `${String(last).padStart(15, "0")}-${random().slice(0, 8)}`, owner, name: desk.dataset.name, ...fields };
    keep(entry);
    say("change");
    return entry;
  };

  const sentence = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelector(".notice b")?.remove();
    return page.querySelector(".notice")?.textContent.trim() || window.words("not-taken");
  };

  const refuse = (entry, words) => {
    const kept = { ...entry, refused: words };
    keep(kept);
    // What would take back an answer that was never stored has nothing to do.
    for (const undo of waiting()) if (undo.kind === "undo" && undo.key === entry.key) drop(undo);
    say("change");
    say("refused", kept);
  };

  // "done", "later", or "stop" where only a person can help.
  const send = async (entry) => {
    const body = new URLSearchParams(entry.pairs);
    let response, html;
    try {
      response = await fetch(entry.url, {
        method: "POST", body, redirect: "error", signal: AbortSignal.timeout?.(30_000), keepalive: String(body).length < 60_000,
        headers: { "HX-Request": "true", "Winnow-Person": person },
      });
      html = await response.text();
    } catch { return "later"; }
    if (response.headers.has("Winnow-Saved")) { drop(entry); say("confirmed", { entry, html }); return "done"; }
    if (response.status === 401) return stop("out");
    if (response.headers.get("Winnow-Person") === "other") return stop("other");
    if (response.status === 500 && (entry.failures ?? 0) + 1 < MOST_FAILURES) { keep({ ...entry, failures: (entry.failures ?? 0) + 1 }); return "later"; }
    // A page of a proxy or of a network that wants a sign-in of its own, a server that starts: none of them has read the answer.
    if (response.ok || response.status === 429 || response.status > 500) return "later";
    refuse(entry, sentence(html));
    return "done";
  };

  const stop = (why) => { trouble = why; say("stopped", why); return "stop"; };

  const sendAll = async () => {
    for (let entry; (entry = waiting()[0]);) {
      sending = entry.id;
      say("change");
      const outcome = await send(entry);
      sending = null;
      if (outcome === "later") {
        trouble = "offline";
        timer = setTimeout(flush, WAITS[Math.min(tries++, WAITS.length - 1)] * 1000);
      }
      if (outcome !== "done") break;
      [trouble, tries] = ["", 0];
    }
    if (!waiting().length) trouble = "";
    say("change");
  };

  // Two windows send one after the other where the browser can arrange it; where not, the keys make it harmless.
  const flush = async () => {
    clearTimeout(timer);
    if (busy || !waiting().length) return;
    busy = true;
    try { await (navigator.locks ? navigator.locks.request(MINE, sendAll) : sendAll()); } finally { busy = false; }
    if (!trouble && waiting().length) flush();
  };

  addEventListener("online", flush);
  addEventListener("pageshow", flush);
  addEventListener("storage", (event) => { if (event.key?.startsWith(MINE)) { say("change"); say("elsewhere"); } });
  addEventListener("beforeunload", (event) => { if (unkept.size) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });

  Winnow.outbox = {
    add, drop, ofOthers, waiting, refused, flush, random,
    isSending: (entry) => sending === entry.id,
    get trouble() { return trouble; },
    here: () => waiting().filter((entry) => entry.owner === owner),
  };
})();
