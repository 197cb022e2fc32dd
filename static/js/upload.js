// Uploads the chosen or dropped files one after the other, each as the raw body of a request, and shows how far it is.
// Without this script the form around it does the same, without the numbers.
(() => {
  const form = document.querySelector("[data-upload]");
  if (!form) return;
  const say = window.words;
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector("[data-drop]");
  const list = form.querySelector("[data-uploads]");
  const row = form.querySelector("[data-upload-row]");
  form.querySelector("[data-needs-script]").hidden = false;

  for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    addEventListener("beforeunload", stay);
    list.replaceChildren();
    const addresses = [];
    const files = [...input.files];
    for (const file of files) {
      const address = await send(file, files.length);
      if (address) addresses.push(address);
    }
    removeEventListener("beforeunload", stay);
    button.removeAttribute("aria-busy");
    if (addresses.length === files.length) location.assign(addresses.length === 1 ? addresses[0] : form.getAttribute("action"));
  });

  function stay(event) { event.preventDefault(); }

  function send(file, count) {
    const item = row.content.cloneNode(true).querySelector("li");
    list.append(item);
    const [words, bar, stop] = ["[data-words]", "progress", "[data-stop]"].map((selector) => item.querySelector(selector));
    item.querySelector("[data-file-name]").textContent = file.name;
    bar.setAttribute("aria-label", file.name);
    const refusal = tooLarge(file);
    return new Promise((done) => {
      const fail = (sentence) => { item.classList.add("failed"); words.textContent = sentence; words.setAttribute("role", "alert"); stop.remove(); done(""); };
      if (refusal) return fail(refusal);
      const request = new XMLHttpRequest();
      const began = performance.now();
      request.open("PUT", `${form.dataset.upload}?${fields(file, count)}`);
      request.upload.onprogress = (event) => { bar.value = event.loaded / file.size; words.textContent = progress(event.loaded, file.size, began); };
      request.upload.onload = () => { words.textContent = say("looking"); };
      request.onload = () => {
        if (request.status !== 201) return fail(request.responseText.length < 600 && !request.responseText.includes("<") ? request.responseText
          : say("not_taken"));
        bar.value = 1; words.textContent = say("uploaded"); stop.remove();
        done(request.getResponseHeader("Location"));
      };
      request.onerror = () => fail(say("broken_off"));
      request.onabort = () => fail(say("stopped"));
      stop.addEventListener("click", () => request.abort());
      request.send(file);
    });
  }

  function fields(file, count) {
    const given = { file_name: file.name, licence: form.elements.licence.value, origin: form.elements.origin.value };
    for (const one of form.querySelectorAll("[data-send]")) if (one.type !== "radio" || one.checked) given[one.name] = one.value;
    if (count === 1) given.name = form.elements.name.value;
    return new URLSearchParams(given);
  }

  function tooLarge(file) {
    const limit = Number(form.dataset.limit), free = Number(form.dataset.free);
    if (!file.size) return say("empty");
    if (limit && file.size > limit) return say("too_large", { limit: bytes(limit) });
    if (file.size > free) return say("no_room", { size: bytes(file.size), free: bytes(free) });
    return "";
  }

  function progress(sent, all, began) {
    const seconds = (performance.now() - began) / 1000;
    const speed = sent / Math.max(seconds, 0.1);
    const left = (all - sent) / speed;
    const known = { sent: bytes(sent), all: bytes(all), speed: bytes(speed), left: time(left) };
    return seconds < 2 ? say("sent", known) : say("sent_and_left", known);
  }

  function bytes(value) {
    const units = [say("bytes"), "kB", "MB", "GB", "TB"];
    let at = 0;
    while (value >= 999.95 && at < units.length - 1) { value /= 1000; at += 1; }
    const digits = at === 0 || value >= 99.95 ? 0 : 1;
    return `${value.toLocaleString(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false })} ${units[at]}`;
  }

  function time(seconds) {
    if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
    const minutes = Math.round(seconds / 60);
    return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  }
})();
