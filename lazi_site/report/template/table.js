// Tables that are sorted by a click on a heading.

const ROWS_AT_FIRST = 200;

// A column is {name, value(row): what it is sorted by, show(row): text or element, number, code}.
function cell(column, row) {
  const kind = column.number ? "number" : column.code ? "code" : null;
  const shown = column.show ? column.show(row) : column.value(row);
  return make("td", { class: kind }, shown === null || shown === undefined ? "" : shown);
}

function compare(one, other) {
  if (typeof one === "number" || typeof other === "number") return (one ?? -1) - (other ?? -1);
  return String(one).localeCompare(String(other));
}

// Fills *table* with *rows*; order: {column: position, down}, changed by clicks; all: no limit of rows.
function fillTable(table, columns, rows, order, all, again) {
  const by = columns[order.column];
  const sorted = [...rows].sort((one, other) => compare(by.value(one), by.value(other)) * (order.down ? -1 : 1));
  const headings = columns.map((column, position) => {
    const button = make("button", { type: "button" }, column.name);
    button.addEventListener("click", () => {
      if (order.column === position) order.down = !order.down;
      else Object.assign(order, { column: position, down: Boolean(column.number) });
      again();
      table.tHead.rows[0].cells[position].firstChild.focus();
    });
    const sort = order.column === position ? (order.down ? "descending" : "ascending") : "none";
    return make("th", { scope: "col", class: column.number ? "number" : null, "aria-sort": sort }, button);
  });
  const shown = all ? sorted : sorted.slice(0, ROWS_AT_FIRST);
  const body = shown.map((row) => make("tr", {}, ...columns.map((column) => cell(column, row))));
  table.replaceChildren(make("thead", {}, make("tr", {}, ...headings)), make("tbody", {}, ...body));
}

function pill(state) {
  return make("span", { class: `pill ${COLOURS[state] || "plain"}` }, STATES[state] || state);
}
