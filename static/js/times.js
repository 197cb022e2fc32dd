// Shows every <time> in the reader's own time zone. Without this file it stands there in UTC, and says so.
const format = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" });
const local = (root) => {
  for (const time of root.querySelectorAll("time[datetime]:not([data-local])")) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.valueOf())) continue;
    time.textContent = format.format(date).replace(" at ", ", ");
    time.dataset.local = "";
  }
};
local(document);
document.addEventListener("htmx:after:swap", () => local(document));
