const body = document.querySelector("table tbody");
const rows = [...body.rows];
const box = document.querySelector("input");
const none = document.querySelector(".none");
document.querySelector(".search").hidden = false;
box.addEventListener("input", () => {
  const words = box.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    row.hidden = !words.every(word => row.dataset.search.includes(word));
    shown += !row.hidden;
  }
  none.hidden = shown > 0;
});
document.querySelectorAll("thead th[data-key]").forEach(head => {
  const button = document.createElement("button");
  button.textContent = head.textContent;
  head.replaceChildren(button);
  button.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "descending";
    document.querySelectorAll("thead th").forEach(other => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "ascending" : "descending");
    const key = head.dataset.key, sign = down ? 1 : -1;
    const value = row => { const v = row.dataset[key]; return v === "" ? null : isNaN(v) || key === "code" ? v : +v; };
    rows.sort((a, b) => {
      const x = value(a), y = value(b);
      if (x === null || y === null) return (x === null) - (y === null);
      return (x < y ? -1 : x > y ? 1 : 0) * sign;
    });
    body.append(...rows);
  });
});
