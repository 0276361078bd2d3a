// The picture: each load a bar as wide as it took, below it what was loaded meanwhile.

const ROW = 23;
const NARROWEST = 0.0006; // of the width; narrower bars are left out

// Returns the loads as a tree: {load, at, children, parent} below a root that stands for all.
function treeOf(loads) {
  const root = { load: null, children: [], parent: null, ns: 0 };
  const nodes = loads.map((load) => ({ load, children: [], parent: null, ns: load.ns }));
  nodes.forEach((node) => {
    node.parent = node.load.parent === null ? root : nodes[node.load.parent];
    node.parent.children.push(node);
    if (node.parent === root) root.ns += node.ns;
  });
  return root;
}

// title: of the chart; loads: its modules; scale: nanoseconds of its full width;
// colour(load): the class of a bar; tell(load): shows the details of a bar.
function makeChart(title, loads, scale, colour, tell) {
  const root = treeOf(loads);
  const box = make("div", { class: "icicle", role: "tree", "aria-label": `${title}: time of imports` });
  const zoomOut = make("button", { type: "button", class: "zoom", hidden: true }, "Zoom out");
  const modules = new Set(loads.filter((load) => !load.error).map((load) => load.module));
  const figures = `${modules.size} modules, ${milliseconds(root.ns)}`;
  const heading = make("h3", {}, `${title} `, make("span", {}, figures), zoomOut);
  let zoomed = root;

  function bar(node, left, width, level, above) {
    const { load } = node;
    const name = load.module;
    const label = `${name}, ${milliseconds(load.ns)}, its own ${milliseconds(load.own_ns)}`;
    const element = make("div", {
      class: `frame ${colour(load)}${above ? " above" : ""}${width < 0.012 ? " narrow" : ""}`,
      role: "treeitem", "aria-level": level + 1, "aria-label": label, tabindex: -1,
      style: `left:${left * 100}%;width:${width * 100}%;top:${level * ROW}px`,
    }, width < 0.012 ? "" : name);
    element.addEventListener("mouseenter", () => tell(load));
    element.addEventListener("focus", () => tell(load));
    element.addEventListener("click", () => zoom(node === zoomed ? node.parent : node));
    node.element = element;
    element.node = node;
    box.append(element);
  }

  function draw() {
    box.replaceChildren();
    const above = [];
    for (let node = zoomed; node.load; node = node.parent) above.unshift(node);
    above.forEach((node, level) => bar(node, 0, 1, level, node !== zoomed));
    const full = zoomed === root ? scale : zoomed.ns;
    let deepest = above.length;
    function fill(node, left, level) {
      for (const child of node.children) {
        const width = child.ns / full;
        if (width >= NARROWEST) {
          bar(child, left, width, level, false);
          deepest = Math.max(deepest, level + 1);
          fill(child, left, level + 1);
        } else child.element = null;
        left += width;
      }
    }
    fill(zoomed, 0, above.length);
    box.style.height = `${deepest * ROW}px`;
    zoomOut.hidden = zoomed === root;
    const first = zoomed.element && zoomed !== root ? zoomed.element : box.firstChild;
    if (first) first.tabIndex = 0;
  }

  function zoom(node) {
    const focused = box.contains(document.activeElement) ? document.activeElement.node : null;
    zoomed = node;
    draw();
    if (focused && focused.element && focused.element.isConnected) moveTo(focused);
    else if (node.element && node !== root) moveTo(node);
  }

  function moveTo(node) {
    if (!node || !node.load || !node.element || !node.element.isConnected) return;
    box.querySelectorAll("[tabindex='0']").forEach((one) => { one.tabIndex = -1; });
    node.element.tabIndex = 0;
    node.element.focus();
  }

  box.addEventListener("keydown", (event) => {
    const node = document.activeElement.node;
    if (!node) return;
    const shown = node.parent.children.filter((one) => one.element && one.element.isConnected);
    const moves = {
      ArrowUp: () => moveTo(node.parent),
      ArrowDown: () => moveTo(node.children.find((one) => one.element && one.element.isConnected)),
      ArrowLeft: () => moveTo(shown[shown.indexOf(node) - 1]),
      ArrowRight: () => moveTo(shown[shown.indexOf(node) + 1]),
      Enter: () => zoom(node === zoomed ? node.parent : node),
      Escape: () => zoom(zoomed.parent || root),
    };
    if (moves[event.key]) {
      event.preventDefault();
      moves[event.key]();
    }
  });
  zoomOut.addEventListener("click", () => zoom(zoomed.parent || root));
  draw();
  return make("div", { class: "chart" }, heading, box);
}
