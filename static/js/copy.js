// A button that copies what stands in a field. Without this file the field can be copied by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
    } catch { // on plain http a browser may have no clipboard: the text is selected, so Ctrl C copies it
      field.focus();
      field.select();
      button.textContent = "Press Ctrl C";
    }
  });
}
