// Press the key that is printed on a control to press the control. Keys rest while you are typing, save Esc and Ctrl Enter.
window.Winnow ??= {};
(() => {
  const TYPING = "textarea, select, [contenteditable], input:not([type=button], [type=checkbox], [type=radio], [type=submit])";

  // What a key is called in data-key. Where the layout has no Latin letters, or digits need Shift, the key's place counts.
  const names = (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && !event.altKey) return ["ctrl+enter"];
    if (event.ctrlKey || event.metaKey || event.altKey) return [];
    const place = /^(?:Key|Digit|Numpad)(\w)$/.exec(event.code);
    return [event.key.toLowerCase(), ...(place && !/^[a-z0-9]$/i.test(event.key) ? [place[1].toLowerCase()] : [])];
  };

  Winnow.keyNames = names;

  const inSight = (control) => control.checkVisibility ? control.checkVisibility() : control.offsetParent !== null;

  const find = (wanted) => {
    for (const name of wanted) {
      const found = [...document.querySelectorAll(`[data-key="${CSS.escape(name)}"]`)].filter(inSight);
      if (found.length) return found.at(-1);
    }
    return null;
  };

  // Esc leaves one thing at a time: an open drawer (the browser's own doing), the text of a panel, the panel, the editor.
  const leave = (event) => {
    if (document.querySelector(":popover-open")) return true;
    const panel = document.querySelector("details.ask[open]");
    if (!panel) return false;
    event.preventDefault();
    if (event.target.matches(TYPING)) panel.querySelector("button, summary").focus({ preventScroll: true });
    else { panel.open = false; panel.querySelector("summary").focus({ preventScroll: true }); }
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.isComposing || event.defaultPrevented || document.querySelector("dialog:modal")) return;
    const wanted = names(event);
    const isTyping = event.target.closest?.(TYPING);
    if (isTyping && !["escape", "ctrl+enter"].includes(wanted[0])) return;
    if (wanted[0] === "escape" && leave(event)) return;
    const control = find(wanted);
    if (!control) return;
    event.preventDefault();
    // A quick hand may be faster than htmx, which looks at new content a moment after showing it. Looking twice does no harm.
    window.htmx?.process(control.form ?? control);
    control.click();
    // A panel opens at once but says so a moment later. Its text needs the focus before the next letter is typed: that is no key.
    if (control.matches("summary")) control.closest("details[open]")?.querySelector("[data-first]")?.focus({ preventScroll: true });
  });
})();
