// A handle under a drawing moves the limit beside it, and follows the number that is typed there.
(() => {
  const numberOf = (handle) => document.getElementById(handle.dataset.number);

  const show = (root) => {
    for (const handle of root.querySelectorAll("[data-number][hidden]")) handle.hidden = false;
  };

  // 0.1 + 0.2 is not 0.3 here: a limit is shown with as many digits as its steps have.
  const words = (handle) => {
    const scale = Number(handle.dataset.scale);
    const value = (Number(handle.value) + Number(handle.dataset.shift)) * scale;
    return String(Number(value.toFixed(Number(handle.step) < 1 && scale === 1 ? 2 : 0)));
  };

  document.addEventListener("input", (event) => {
    const handle = event.target.closest?.("[data-number]");
    if (handle) {
      const number = numberOf(handle);
      number.value = words(handle);
      const onOff = number.closest("fieldset").querySelector("input[type=checkbox]");
      onOff.checked = true;
      return;
    }
    const moved = event.target.id && document.querySelector(`[data-number="${CSS.escape(event.target.id)}"]`);
    const typed = moved && Number(event.target.value.replaceAll(",", ""));
    if (moved && Number.isFinite(typed)) moved.value = typed / Number(moved.dataset.scale) - Number(moved.dataset.shift);
  });

  document.addEventListener("htmx:after:swap", () => show(document));
  show(document);
})();
