// The desk between two answers: a fresh key for each sample, the time spent on it, focus, the reservation, and failures in words.
(() => {
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  const RENEW = 5 * 60_000;
  let spent = 0;
  let since = performance.now();
  let renewed = Date.now();

  const seconds = () => (spent + (document.hidden ? 0 : performance.now() - since)) / 1000;

  // The same press sent twice is one answer; a page that came back from the browser's cache is a new press.
  const freshKey = () => {
    if (!crypto.randomUUID) return;
    const key = crypto.randomUUID();
    for (const input of desk.querySelectorAll("[data-press]")) input.value = key;
  };

  const clock = () => {
    for (const time of desk.querySelectorAll("[data-clock] time")) {
      const date = new Date(time.dateTime);
      time.title = time.textContent;
      time.textContent = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    }
  };

  const arrive = () => {
    [spent, since, renewed] = [0, performance.now(), Date.now()];
    freshKey();
    clock();
  };

  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail?.ctx?.target !== desk) return;
    document.getElementById("alerts")?.replaceChildren();
    arrive();
    scrollTo(0, 0);
    const editor = desk.querySelector(".turn.open textarea");
    (editor ?? desk.querySelector("#sample-h") ?? document.getElementById("main")).focus({ preventScroll: !editor });
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) spent += performance.now() - since;
    else since = performance.now();
    renew();
  });

  document.addEventListener("submit", (event) => {
    for (const input of event.target.querySelectorAll("[data-seconds]")) input.value = seconds().toFixed(2);
  }, true);

  // A reason that needs words asks for them before it is sent.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-needs]");
    const area = button && document.getElementById(button.dataset.needs);
    if (!area || area.value.trim()) return;
    event.preventDefault();
    area.setCustomValidity("Say in a few words what is wrong.");
    area.reportValidity();
    area.addEventListener("input", () => area.setCustomValidity(""), { once: true });
  });

  document.addEventListener("toggle", (event) => {
    const panel = event.target.matches?.("details.ask[open]") && event.target;
    // A quick hand may be in the panel's text already: this event comes a moment after the key.
    if (panel && !panel.querySelector(".ask-panel").contains(document.activeElement)) {
      panel.querySelector("[data-first]")?.focus({ preventScroll: true });
    }
  }, true);

  // The sample stays reserved while it is read: an open page in sight says so every few minutes.
  const renew = () => {
    const form = desk.querySelector("[data-renew]");
    if (!form || document.hidden || Date.now() - renewed < RENEW) return;
    renewed = Date.now();
    htmx.trigger(form, "renew");
  };
  setInterval(renew, 30_000);

  document.addEventListener("htmx:error", (event) => {
    if (event.detail?.ctx?.response) return;
    const notice = document.createElement("p");
    notice.className = "notice rejected";
    notice.textContent = "The server did not answer, so this was not saved. Your text is still here. Check the connection and press again.";
    document.getElementById("alerts")?.replaceChildren(notice);
  });

  addEventListener("pageshow", (event) => { if (event.persisted) freshKey(); });
  document.cookie = `zone=${Intl.DateTimeFormat().resolvedOptions().timeZone}; path=/; max-age=31536000; samesite=lax`;
  arrive();
})();
