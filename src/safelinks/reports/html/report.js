// Sorts and filters the table. Everything is there to be read without it; it only reads the DOM.
"use strict";
(() => {
  const table = document.getElementById("table");
  const form = document.getElementById("controls");
  if (!table || !form) return;
  const body = table.tBodies[0];
  const shown = document.getElementById("shown");
  const search = document.getElementById("search");
  const selects = [...form.querySelectorAll("select")];
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  // "6 addresses", or "6 addresses (9 rows)" where some stand in several files.
  const [, all, , lines] = /^(.*?)( \((.*)\))?$/.exec(shown.textContent);
  const everything = shown.textContent;

  const words = (cell) =>
    [...cell.childNodes].filter((node) => node.nodeName !== "DETAILS").map((node) => node.textContent).join(" ").trim();

  const rows = [...body.rows].map((row, order) => {
    const texts = [...row.cells].map(words);
    const keys = [...row.cells].map((cell, at) => (cell.dataset.key === undefined ? texts[at] : Number(cell.dataset.key)));
    return { row, order, keys, text: texts.join("\n").toLowerCase() };
  });

  // --- Sorting ---

  const sort = (head) => {
    const column = head.cellIndex;
    const ascending = head.getAttribute("aria-sort") !== "ascending";
    const compare = head.dataset.sort === "number" ? (a, b) => a - b : collator.compare;
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const sign = ascending ? 1 : -1;
    rows.sort((a, b) => sign * compare(a.keys[column], b.keys[column]) || a.order - b.order);
    body.replaceChildren(...rows.map((one) => one.row));
  };

  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head));
    head.append(button);
  }

  // --- Filtering ---

  // Values of options begin with "=", so that an empty one is told from "any".
  const fits = (row, select) => {
    const wanted = select.value.slice(1);
    const value = row.dataset[select.dataset.filter];
    const several = select.dataset.filter === "verdict" || select.dataset.filter === "levels";
    return select.value === "" || (several ? value.split(" ").includes(wanted) : value === wanted);
  };

  const filter = () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = selects.filter((select) => select.value !== "");
    const fitting = new Set();
    let count = 0;
    for (const { row, text } of rows) {
      const fit = wanted.every((word) => text.includes(word)) && chosen.every((select) => fits(row, select));
      row.hidden = !fit;
      count += fit;
      if (fit) fitting.add(row.dataset.address ?? row.id);
    }
    const some = `${fitting.size} of ${all}${lines ? ` (${count} of ${lines})` : ""}`;
    shown.textContent = count === rows.length ? everything : count ? some : `None of ${all}: choose less`;
  };

  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, rows.length > 500 ? 150 : 0);
  });
  form.addEventListener("reset", () => setTimeout(filter, 0));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;

  // --- From the text to a row, also to one that is filtered out ---

  const reveal = () => {
    const row = document.getElementById(location.hash.slice(1));
    if (!row || row.parentNode !== body) return;
    if (row.hidden) {
      form.reset();
      filter();
      row.scrollIntoView();
    }
    row.focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  reveal();
})();
