// Puts the page together from the report in the element "data".

const report = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
let view = "modules";
let showAll = false;
let rowsOf = {};
const orders = { modules: { column: 2, down: true }, statements: { column: 5, down: true }, cuts: { column: 0, down: true } };

const COLUMNS = {
  modules: [
    { name: "Module", value: (row) => row.module, code: true },
    { name: "What became of it", value: (row) => STATES[row.state], show: (row) => pill(row.state) },
    { name: "Own time", value: (row) => row.own_ns, show: (row) => milliseconds(row.own_ns), number: true },
    { name: "In all", value: (row) => row.ns, show: (row) => milliseconds(row.ns), number: true },
    { name: "Loaded by", value: (row) => row.place, code: true },
    { name: "Error", value: (row) => row.error || "" },
  ],
  statements: [
    { name: "Module", value: (row) => row.target, code: true },
    { name: "Names", value: (row) => row.names.join(", "), code: true },
    { name: "Import", value: (row) => row.where, code: true },
    { name: "What became of it", value: (row) => STATES[row.state], show: (row) => pill(row.state) },
    { name: "Why, or first use", value: (row) => row.why },
    { name: "Saved", value: (row) => row.saved_ns, show: (row) => (row.saved_ns ? milliseconds(row.saved_ns) : ""), number: true },
  ],
  cuts: [
    { name: "Up to", value: (row) => row.saves_ns, show: (row) => milliseconds(row.saves_ns), number: true },
    { name: "Modules", value: (row) => row.modules.length, number: true },
    { name: "Import", value: (row) => `${shorten(row.file)}:${row.line}`, code: true },
    { name: "Loads, for itself alone", value: (row) => row.modules.slice(0, 4).join(", ") + (row.modules.length > 4 ? ", ..." : ""), code: true },
    { name: "How", value: (row) => row.advice },
  ],
};

function moduleRows(process) {
  const rows = process.modules.map((load) => ({
    ...load, state: load.error ? "failed" : load.lazy ? "later" : "kept", place: place(load.stack[0]),
  }));
  const known = new Set(process.modules.map((load) => load.module));
  for (const load of process.eager_modules || []) {
    if (!known.has(load.module)) rows.push({ ...load, state: load.error ? "failed" : "gone", place: place(load.stack[0]) });
  }
  return rows;
}

function statementRows(process) {
  return process.statements.map((one) => ({
    ...one,
    where: `${shorten(one.file)}:${one.line}`,
    why: one.state === "eager" ? `${one.detail || one.code}${one.detail ? ` (${one.code})` : ""}` : place(one.place),
  }));
}

function card(label, figure, detail, meter) {
  return make("div", { class: "card" }, make("div", { class: "label" }, label), make("div", { class: "figure" }, ...figure), ...detail, ...(meter ? [meter] : []));
}

function meter(eager, lazy, word) {
  const most = Math.max(eager, lazy, 1);
  const bars = [["eager", eager], ["lazy", lazy]].flatMap(([name, value]) => [
    make("span", {}, name),
    make("b", { class: name, style: `width:${(100 * value) / most}%` }),
    make("span", {}, word(value)),
  ]);
  return make("div", { class: "meter" }, ...bars);
}

function fraction(eager, lazy) {
  if (!eager) return "";
  const percent = Math.round((100 * (eager - lazy)) / eager);
  return make("small", {}, percent >= 0 ? ` ${percent} % less` : ` ${-percent} % more`);
}

function showSummary(process) {
  const { totals, eager_run: eager } = process;
  const waited = totals.never_needed + totals.loaded_later;
  const line = (text) => make("p", { class: "muted small" }, text);
  at("summary").replaceChildren(
    card("Import time", [milliseconds(totals.import_ns), eager ? fraction(eager.import_ns, totals.import_ns) : ""], [],
      eager && meter(eager.import_ns, totals.import_ns, milliseconds)),
    card("Modules loaded", [String(totals.modules), eager ? fraction(eager.modules, totals.modules) : ""], [],
      eager && meter(eager.modules, totals.modules, String)),
    card("Import statements that waited", [String(waited), make("small", {}, ` of ${totals.statements}`)], [
      line(`${totals.never_needed} were never needed, ${totals.loaded_later} were later.`),
      line(`${totals.eager} did not wait${totals.bound ? `, ${totals.bound} found their module loaded` : ""}.`),
    ]),
  );
}

function tell(load) {
  const by = load.stack.length ? `${load.lazy ? "first used at" : "imported at"} ${load.stack.slice(0, 3).map(place).join("  \u2190  ")}` : "";
  at("detail").replaceChildren(
    make("strong", {}, load.module),
    `  ${milliseconds(load.ns)} in all, ${milliseconds(load.own_ns)} its own`, make("br"), load.error || by,
  );
}

function showCharts(process) {
  const lazy = new Set(process.modules.map((load) => load.module));
  const total = (loads) => loads.reduce((sum, load) => sum + (load.parent === null ? load.ns : 0), 0);
  const scale = Math.max(total(process.modules), total(process.eager_modules || []), 1);
  const kinds = (load) => (load.error ? "failed" : load.lazy ? "later" : "kept");
  const charts = [];
  if (process.eager_modules) {
    const colour = (load) => (load.error ? "failed" : lazy.has(load.module) ? "kept" : "gone");
    charts.push(makeChart("Eager", process.eager_modules, scale, colour, tell));
  }
  charts.push(makeChart("Lazy", process.modules, scale, kinds, tell));
  at("charts").replaceChildren(...charts);
  at("detail").replaceChildren("Point at a bar to see what it is.");
}

function showTable() {
  const words = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const state = at("state").value;
  const text = (row) => [row.module, row.target, row.importer, row.where, row.place, row.why, row.error, ...(row.names || [])].join(" ").toLowerCase();
  const rows = rowsOf[view].filter((row) => (!state || row.state === state) && words.every((word) => text(row).includes(word)));
  fillTable(at("everything"), COLUMNS[view], rows, orders[view], showAll, showTable);
  at("count").textContent = rows.length === rowsOf[view].length ? `${rows.length} rows` : `${rows.length} of ${rowsOf[view].length} rows`;
  at("all").hidden = showAll || rows.length <= ROWS_AT_FIRST;
  at("all").textContent = `Show all ${rows.length} rows`;
}

function showView(name) {
  view = name;
  document.querySelectorAll("[data-view]").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.view === name)));
  const states = [...new Set(rowsOf[view].map((row) => row.state))];
  at("state").replaceChildren(make("option", { value: "" }, "all"), ...states.map((one) => make("option", { value: one }, STATES[one] || one)));
  showAll = false;
  showTable();
}

function showCuts(process) {
  const again = () => fillTable(at("cuts"), COLUMNS.cuts, process.cuts.slice(0, 12), orders.cuts, true, again);
  again();
  at("cuts").closest("section").hidden = !process.cuts.length;
}

function showProcess(position) {
  const process = report.processes[position];
  const ended = report.status === null ? [] : [report.status < 0 ? `ended by signal ${-report.status}` : `exit status ${report.status}`];
  const facts = [process.python && `CPython ${process.python}`, process.engine && `${process.engine} engine`, `process ${process.pid}`, ...ended, report.problem];
  at("run").textContent = facts.filter(Boolean).join(" \u00b7 ");
  rowsOf = { modules: moduleRows(process), statements: statementRows(process) };
  showSummary(process);
  showCharts(process);
  showCuts(process);
  showView(view);
}

report.processes.forEach((process, position) => {
  at("process").append(make("option", { value: position }, `${process.pid}  ${process.argv.map(shorten).join(" ").slice(0, 80) || "a forked child"}`));
});
at("chooser").hidden = report.processes.length < 2;
at("process").addEventListener("change", (event) => showProcess(Number(event.target.value)));
at("search").addEventListener("input", () => { showAll = false; showTable(); });
at("state").addEventListener("change", showTable);
at("all").addEventListener("click", () => { showAll = true; showTable(); });
document.querySelectorAll("[data-view]").forEach((one) => one.addEventListener("click", () => showView(one.dataset.view)));
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|SELECT)$/.test(document.activeElement.tagName)) {
    event.preventDefault();
    at("search").focus();
  }
});
showProcess(0);
