// Without this script, all of the page can be read: it only adds filters and columns that can be sorted.
(() => {
  const form = document.getElementById("filter");
  if (form) {
    const items = [...document.querySelectorAll(".errors > li")];
    const chosen = (name) => (form.elements[name] ? form.elements[name].value : "");
    const apply = () => {
      const kind = chosen("kind"), label = chosen("label"), language = chosen("language");
      const text = chosen("text").toLocaleLowerCase();
      let shown = 0;
      for (const item of items) {
        const { kind: k, gold, predicted, language: l } = item.dataset;
        item.hidden = (kind && k !== kind) || (label && gold !== label && predicted !== label) ||
          (language && l !== language) || (text && !item.textContent.toLocaleLowerCase().includes(text));
        shown += !item.hidden;
      }
      form.querySelector("output").value = `${shown} of ${items.length} shown`;
    };
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(apply));
    form.hidden = false;
    apply();
  }
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") !== "descending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
        const numbers = (a, b) => (a === "" ? -Infinity : +a) - (b === "" ? -Infinity : +b);
        const body = table.tBodies[0];
        const rows = [...body.rows].sort((one, two) => {
          const [a, b] = [value(one), value(two)];
          const order = isNaN(+a) || isNaN(+b) ? a.localeCompare(b) : numbers(a, b);
          return down ? -order : order;
        });
        body.append(...rows);
      });
    });
  }
})();
