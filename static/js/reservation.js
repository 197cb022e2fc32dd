// A sample stays reserved while somebody reads it; when nobody seems to, the strip counts the last two minutes.
window.Winnow ??= {};
(() => {
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  const [RENEW, IDLE, SHOWN, PAUSE] = [5 * 60_000, 10 * 60_000, 2 * 60_000, 5_000];
  const term = Number(desk.dataset.lease) * 1000;
  let renewed = Date.now(), asked = 0, active = Date.now(), lost = "";

  const slot = () => desk.querySelector("#card [data-subject]")?.dataset.slot;
  const left = () => renewed + term - Date.now();

  const show = () => {
    const told = desk.querySelector("[data-reserved]");
    const isShort = Boolean(slot()) && left() < Math.min(SHOWN, term / 2);
    told.hidden = !isShort;
    document.getElementById("strip").toggleAttribute("data-short", isShort);
    if (!isShort) return;
    const seconds = Math.max(0, Math.ceil(left() / 1000));
    told.textContent = seconds ? window.words("reserved", { time: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` }) : window.words("not-reserved");
  };

  // An open page that somebody has touched lately says every few minutes that it is still in use.
  const renew = () => {
    const form = desk.querySelector("[data-renew]");
    const isDue = Date.now() - renewed >= RENEW || left() < SHOWN;
    if (!form || document.hidden || !isDue || lost === slot() || Date.now() - asked < PAUSE || Date.now() - active > IDLE) return;
    asked = Date.now();
    window.htmx?.trigger(form, "renew");
  };

  const reserved = () => { renewed = Date.now(); lost = ""; show(); };
  const touched = () => { active = Date.now(); if (left() < SHOWN) renew(); };

  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) addEventListener(kind, touched, { passive: true });
  document.addEventListener("desk:reserved", reserved);
  document.addEventListener("htmx:after:swap", (event) => { if (event.detail?.ctx?.target === desk && !event.detail.isAtHand) reserved(); });
  document.addEventListener("htmx:after:request", (event) => {
    const { sourceElement, response } = event.detail?.ctx ?? {};
    if (!sourceElement?.matches?.("[data-renew]")) return;
    if (response?.status === 204) reserved();
    else if (response?.status === 409) { lost = slot(); Winnow.ahead.forget(); }
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    active = Date.now();
    if (left() < 0) Winnow.ahead.forget();
    renew();
  });
  setInterval(show, 1_000);
  setInterval(renew, 30_000);
  Winnow.reservation = { renew: () => { asked = 0; renewed = Math.min(renewed, Date.now() - RENEW); active = Date.now(); renew(); } };
})();
