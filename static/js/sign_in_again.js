// A sign-in that ran out is renewed on this very page; what waits here goes out under its own name only.
window.Winnow ??= {};
(() => {
  const desk = document.querySelector("[data-desk]");
  const dialog = document.getElementById("sign-in-again");
  if (!desk || !dialog) return;
  const form = dialog.querySelector("form");
  const error = dialog.querySelector("[data-error]");

  const open = (why) => {
    for (const words of dialog.querySelectorAll("[data-why]")) words.hidden = words.dataset.why !== why;
    if (dialog.open) return;
    dialog.showModal();
    form.elements.password.focus();
  };
  const fail = (words) => { error.textContent = words; error.hidden = false; form.elements.password.focus(); };

  const refusal = async (response) => {
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return page.querySelector(".notice.rejected, .error")?.textContent.trim() || window.words("did-not-work");
  };

  const signIn = async () => {
    error.hidden = true;
    let response;
    try { response = await fetch("/sign-in", { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" }); }
    catch { return fail(window.words("no-answer")); }
    if (response.type !== "opaqueredirect") return fail(await refusal(response));
    form.elements.password.value = "";
    dialog.close();
    document.getElementById("alerts")?.replaceChildren();
    // The next thing that is sent says whose page this is; if somebody else has signed in, the server refuses it.
    await Winnow.outbox.flush();
    Winnow.reservation.renew();
    Winnow.ahead.fill();
  };

  form.addEventListener("submit", (event) => { event.preventDefault(); signIn(); });
  dialog.querySelector("[data-later]").addEventListener("click", () => dialog.close());
  document.addEventListener("click", (event) => { if (event.target.closest("[data-sign-in]")) open(Winnow.outbox.trouble || "out"); });
  document.addEventListener("outbox:stopped", (event) => open(event.detail));
  document.addEventListener("htmx:config:request", (event) => {
    const { request, sourceElement } = event.detail.ctx;
    if (desk.contains(sourceElement)) request.headers["Winnow-Person"] = desk.dataset.person;
  });
  document.addEventListener("htmx:after:request", (event) => {
    const { response } = event.detail?.ctx ?? {};
    if (response?.status === 401) open("out");
    else if (response?.headers?.get?.("Winnow-Person") === "other") open("other");
  });
})();
