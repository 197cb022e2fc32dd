// The next samples are in the page before they are asked for, so that an answer shows the next one at once.
// Cards that were decided stay at hand for a while, so that one can be taken back as fast.
window.Winnow ??= {};
Winnow.soon = (act) => (document.hidden ? setTimeout(act) : requestAnimationFrame(() => setTimeout(act)));
(() => {
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  const { outbox, strip } = Winnow;
  const [AHEAD, AT_HAND] = [2, 12];
  const ready = [];
  const decided = new Map();
  // Waiting is for a card that is not at hand: the next one, or `wanted`, which is not asked for while it is `held` up.
  let [fetching, isWaiting, wanted, isHeld, isOver, timer, tries] = [false, false, null, false, false, 0, 0];

  const card = () => document.getElementById("card");
  const slotOf = (root) => root?.querySelector("[data-subject]")?.dataset.slot;
  const parsed = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content;
  };

  const put = (node) => {
    const old = document.createDocumentFragment();
    old.append(...card().childNodes);
    card().replaceChildren(node);
    for (const panel of card().querySelectorAll("details.ask[open]")) panel.open = false;
    document.getElementById("notes").replaceChildren();
    // To everything else on the desk, a card that was at hand arrives as one that htmx has swapped.
    desk.dispatchEvent(new CustomEvent("htmx:after:swap", { bubbles: true, detail: { ctx: { target: desk }, isAtHand: true } }));
    Winnow.soon(() => { window.htmx?.process(card()); fill(); });
    return old;
  };

  const waitingPage = () => {
    const page = document.getElementById("waiting").cloneNode(true);
    page.removeAttribute("id");
    page.hidden = false;
    return page;
  };
  const say = (what) => {
    for (const words of card().querySelectorAll("[data-waiting]")) words.hidden = words.dataset.waiting !== what;
  };

  const wait = (slot = null, held = false) => {
    [isWaiting, wanted, isHeld, isOver] = [true, slot, held, false];
    return put(waitingPage());
  };

  const remember = (node) => {
    const slot = slotOf(node);
    if (!slot) return;
    decided.delete(slot);
    decided.set(slot, node);
    if (decided.size > AT_HAND) decided.delete(decided.keys().next().value);
  };
  const putBack = (node) => { if (slotOf(node)) ready.unshift(node); };

  // The next card in place of the one that was decided.
  const advance = () => remember(ready.length ? put(ready.shift()) : wait());

  // A card that was decided, again; the one on the screen comes after it. False where it has to be fetched.
  const again = (slot) => {
    const node = decided.get(slot);
    if (!node) return false;
    decided.delete(slot);
    [isWaiting, wanted] = [false, null];
    putBack(put(node));
    return true;
  };

  // A card that is not at hand: at once, or once the server has given it back.
  const bring = (slot, held = false) => {
    if (isWaiting) [wanted, isHeld] = [slot, held];
    else putBack(wait(slot, held));
    fill();
  };
  const release = (slot, isBack) => {
    if (!isWaiting || wanted !== slot) return;
    isHeld = false;
    if (!isBack) wanted = null;
    if (wanted || !ready.length) return fill();
    isWaiting = false;
    put(ready.shift());
  };

  const known = () => [slotOf(card()), ...ready.map(slotOf), ...outbox.here().filter((entry) => entry.kind === "answer").map((entry) => entry.slot)].filter(Boolean);

  const get = async (url) => {
    const response = await fetch(url, { headers: { "HX-Request": "true", "Winnow-Person": desk.dataset.person }, signal: AbortSignal.timeout?.(30_000), redirect: "error" });
    const why = response.status === 401 ? "out" : response.headers.get("Winnow-Person") === "other" ? "other" : "";
    if (why) document.dispatchEvent(new CustomEvent("outbox:stopped", { detail: why }));
    if (!response.ok) throw new Error(why || String(response.status), { cause: why });
    return parsed(await response.text());
  };

  const taken = (fragment) => {
    const main = fragment.querySelector("#card");
    if (main) strip.take(fragment);
    const node = document.createDocumentFragment();
    node.append(...(main ?? fragment).childNodes);
    return node;
  };

  const arrived = (node) => {
    const slot = slotOf(node);
    if (slot && isWaiting) {
      const at = ready.findIndex((one) => slotOf(one) === slot);
      if (at >= 0) ready.splice(at, 1);
      [isWaiting, wanted] = [false, null];
      put(node);
    } else if (slot && !known().includes(slot)) ready.push(node);
    else if (!slot) end(node);
    return Boolean(slot);
  };

  // The queue has nothing more. Why, is known once all answers are in.
  const end = (node) => {
    isOver = true;
    if (!isWaiting || outbox.here().length) return;
    [isWaiting, wanted] = [false, null];
    put(node);
  };

  const fill = async () => {
    clearTimeout(timer);
    const needs = isWaiting ? !isHeld : slotOf(card()) && ready.length < AHEAD && !isOver;
    if (fetching || !needs) return;
    fetching = true;
    let goes = false;
    try {
      const asked = wanted;
      const places = known().map((slot) => ["beyond", slot]);
      const node = taken(await get(asked ? `${desk.dataset.home}?slot=${asked}` : `${desk.dataset.following}?${new URLSearchParams(places)}`));
      document.dispatchEvent(new CustomEvent("desk:reserved"));
      if (wanted === asked) goes = arrived(node);
      else goes = true;
      tries = 0;
    } catch (error) {
      if (isWaiting && !error.cause) say("offline");
      // Without a sign-in there is no use in trying; with one, it is tried again from there.
      if (!error.cause) timer = setTimeout(fill, Math.min(2_000 * 2 ** tries++, 30_000));
    } finally { fetching = false; }
    if (goes) fill();
  };

  document.addEventListener("outbox:confirmed", () => { isOver = false; fill(); });
  addEventListener("online", () => fill());
  // What was decided in another window is no longer to be decided here.
  document.addEventListener("outbox:elsewhere", () => {
    for (const { kind, slot } of outbox.here()) {
      if (kind !== "answer") continue;
      const at = ready.findIndex((one) => slotOf(one) === slot);
      if (at >= 0) ready.splice(at, 1);
      if (slotOf(card()) === slot) advance();
    }
  });
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail?.ctx?.target !== desk || event.detail.isAtHand) return;
    isWaiting = false;
    const at = ready.findIndex((one) => slotOf(one) === slotOf(card()));
    if (at >= 0) ready.splice(at, 1);
    fill();
  });

  Winnow.ahead = {
    advance, again, bring, release, fill, parsed,
    forget: () => { ready.length = 0; decided.clear(); isOver = false; fill(); },
    get size() { return ready.length; },
  };
})();
