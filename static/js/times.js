// Shows every <time> in the reader's own time zone. Without this file it stands there in UTC, and says so.
const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" });
const hour = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const local = (root) => {
  for (const time of root.querySelectorAll("time[datetime]:not([data-local])")) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.valueOf())) continue;
    time.textContent = `${day.format(date)}, ${hour.format(date)}`;
    time.dataset.local = "";
  }
};
local(document);
document.addEventListener("htmx:after:swap", () => local(document));
