// Sentences that scripts say. The page brings them in its reader's language: <template data-words><p data-word="name">…</p></template>.
window.words = (name, values = {}) => {
  for (const template of document.querySelectorAll("template[data-words]")) {
    const found = template.content.querySelector(`[data-word="${name}"]`);
    if (found) return found.textContent.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  }
  return name;
};
