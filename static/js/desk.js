// The desk between two answers: a fresh key for each sample, the time spent on it, focus, and failures in words.
window.Winnow ??= {};
(() => {
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  let spent = 0;
  let since = performance.now();

  Winnow.seconds = () => ((spent + (document.hidden ? 0 : performance.now() - since)) / 1000).toFixed(2);

  // The same press sent twice is one answer; a page that came back from the browser's cache is a new press.
  const freshKey = () => {
    const key = Winnow.outbox.random();
    for (const input of desk.querySelectorAll("input[data-press]")) input.value = key;
  };

  const begin = () => {
    [spent, since] = [0, performance.now()];
    freshKey();
  };

  const arrive = () => {
    document.getElementById("alerts")?.replaceChildren();
    begin();
    scrollTo(0, 0);
    const editor = desk.querySelector(".turn.open textarea");
    (editor ?? desk.querySelector("#sample-h") ?? document.getElementById("main")).focus({ preventScroll: !editor });
  };

  document.addEventListener("htmx:after:swap", (event) => { if (event.detail?.ctx?.target === desk) arrive(); });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) spent += performance.now() - since;
    else since = performance.now();
  });

  // A reason that needs words asks for them before it is sent.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-needs]");
    const area = button && document.getElementById(button.dataset.needs);
    if (!area || area.value.trim()) return;
    event.preventDefault();
    area.setCustomValidity(window.words("say-what"));
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

  document.addEventListener("htmx:error", (event) => {
    if (event.detail?.ctx?.response || event.detail?.ctx?.sourceElement?.matches("[data-renew]")) return;
    const notice = document.createElement("p");
    notice.className = "notice rejected";
    notice.textContent = window.words("not-opened");
    document.getElementById("alerts")?.replaceChildren(notice);
  });

  addEventListener("pageshow", (event) => { if (event.persisted) freshKey(); });
  document.cookie = `zone=${Intl.DateTimeFormat().resolvedOptions().timeZone}; path=/; max-age=31536000; samesite=lax`;
  begin();
})();
