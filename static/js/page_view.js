// A page of a document: larger and smaller, the mark brought into sight, and a sentence where the picture cannot be drawn.
(() => {
  const SIZES = 4;
  const views = () => [...document.querySelectorAll("[data-page-view]")];
  let size = 1;

  const frame = (view) => view.querySelector(".paper-frame");
  const centre = (view) => {
    const mark = view.querySelector("rect.is-marked, rect.of-passage");
    if (!mark) return;
    const [box, place] = [frame(view).getBoundingClientRect(), mark.getBoundingClientRect()];
    frame(view).scrollTop += place.top - box.top - box.height / 3;
    frame(view).scrollLeft += place.left - box.left - box.width / 4;
  };

  const apply = (view) => {
    const paper = view.querySelector(".paper");
    paper.dataset.size = size;
    const image = paper.querySelector("img");
    if (size > 1 && image.src !== new URL(image.dataset.wide, location).href) image.src = image.dataset.wide;
    for (const button of view.querySelectorAll("[data-zoom]")) {
      button.hidden = false;
      button.disabled = size + Number(button.dataset.zoom) < 1 || size + Number(button.dataset.zoom) > SIZES;
    }
  };

  const arrive = (view) => {
    if (view.dataset.isThere) return;
    view.dataset.isThere = "yes";
    apply(view);
    const image = view.querySelector("img");
    const failed = () => { view.querySelector("[data-not-drawn]").hidden = false; };
    image.addEventListener("error", failed);
    image.addEventListener("load", () => centre(view), { once: true });
    if (image.complete) { if (image.naturalWidth) centre(view); else failed(); }
    // The frame scrolls with the arrow keys, and the heading above it names the page.
    if (view.closest("dialog")) frame(view).focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-zoom]");
    const view = button?.closest("[data-page-view]");
    if (!view) return;
    size = Math.min(SIZES, Math.max(1, size + Number(button.dataset.zoom)));
    apply(view);
    centre(view);
  });
  document.addEventListener("htmx:after:swap", () => views().forEach(arrive));
  views().forEach(arrive);
})();
