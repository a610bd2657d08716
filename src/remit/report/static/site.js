// Filters that live in the address, downloads of figures, and notes at the end when printing. Pages read without it.
"use strict";
(() => {
  const MARKS = /* MARKS */ {};
  const all = (q, root = document) => [...root.querySelectorAll(q)];

  // Filters: #population=first-relapse&target=CD19
  const form = document.querySelector("form.filter");
  const wanted = () => (location.hash.includes("=") ? new URLSearchParams(location.hash.slice(1)) : new URLSearchParams());
  const apply = (params) => {
    const p = params.get("population") || "", t = params.get("target") || "";
    const items = all("[data-p]");
    let shown = 0;
    for (const item of items) {
      const fits = (!p || item.dataset.p.split(" ").includes(p)) && (!t || item.dataset.t.split(" ").includes(t));
      item.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    for (const group of all(".grp").reverse()) {
      const inside = all("[data-p]", group);
      group.hidden = inside.length > 0 && inside.every((i) => i.hidden);
    }
    form.elements.population.value = p;
    form.elements.target.value = t;
    form.querySelector("output").textContent = p || t ? `${shown} of ${items.length} shown` : "";
  };
  if (form) {
    form.hidden = false;
    form.addEventListener("change", () => {
      const params = new URLSearchParams();
      for (const name of ["population", "target"]) if (form.elements[name].value) params.set(name, form.elements[name].value);
      history.replaceState(null, "", params.size ? `#${params}` : location.pathname + location.search);
      apply(params);
    });
    const follow = () => {
      if (location.hash.includes("=")) return apply(wanted());
      const at = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (at && at.closest("[hidden]")) { apply(new URLSearchParams()); at.scrollIntoView(); }
    };
    window.addEventListener("hashchange", follow);
    follow();
  }

  // A reader with a keyboard goes on from the row a link led to
  const land = () => {
    const at = !location.hash.includes("=") && location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!at || at.matches("a, button, summary, main")) return;
    at.tabIndex = -1;
    at.focus({ preventScroll: true });
  };
  window.addEventListener("hashchange", land);
  land();

  // Frames that scroll can be reached and scrolled with the keyboard
  for (const frame of all(".frame")) {
    if (frame.scrollWidth <= frame.clientWidth) continue;
    const title = frame.closest("section, figure, main").querySelector("h1, h2, h3");
    frame.tabIndex = 0;
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", `Table: ${title ? title.textContent.trim() : document.title}`);
  }

  // Marks say more under the pointer
  for (const mark of all(".mk")) if (MARKS[mark.textContent]) mark.title = MARKS[mark.textContent];

  // Downloads: the table behind a figure as CSV, the figure as one SVG
  const save = (name, type, text) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const words = (cell) => cell.innerText.replace(/\s+/g, " ").trim();
  const plain = (cell) => {
    const copy = cell.cloneNode(true);
    for (const small of all("small", copy)) small.prepend(" · ");
    for (const mark of all("abbr", copy)) mark.textContent = ` (${mark.title})`;
    for (const more of all("details", copy)) more.remove();
    return copy.textContent.replace(/\s+/g, " ").trim();
  };
  const quoted = (values) => values.map((v) => `"${v.replace(/"/g, '""')}"`).join(",");
  const csv = (table) => all("tr", table)
    .filter((tr) => !tr.classList.contains("axis"))
    .map((tr) => quoted(all("th,td", tr).map(plain)))
    .join("\r\n") + "\r\n";
  const forestCsv = (table) => all("tr", table)
    .filter((tr) => !tr.matches(".axis, .head"))
    .map((tr) => {
      const [study, data, , estimate, weight] = all("th,td", tr).map(plain);
      if (tr.parentElement.localName === "thead") return quoted([study, data, estimate.split(" [")[0], "lower", "upper", weight]);
      const [, value = "", lower = "", upper = ""] = estimate.match(/^([\d.]*) ?\[([\d.]+), ([\d.]+)\]$/) || [];
      return quoted([study, data, value, lower, upper, weight]);
    })
    .join("\r\n") + "\r\n";
  const NS = "http://www.w3.org/2000/svg";
  const make = (name, attributes, text) => {
    const node = document.createElementNS(NS, name);
    for (const [k, v] of Object.entries(attributes)) node.setAttribute(k, v);
    if (text !== undefined) node.textContent = text;
    return node;
  };
  // A copy that needs no style sheet: colours written in, shared axes filled in, diamonds drawn as polygons
  const paint = (from, to) => {
    const s = getComputedStyle(from);
    if (from.localName === "use") {
      const shared = document.querySelector(from.getAttribute("href")), g = shared.cloneNode(true);
      g.removeAttribute("id");
      [...shared.children].forEach((child, i) => paint(child, g.children[i]));
      return to.replaceWith(g);
    }
    if (from.matches("rect.d")) {
      const b = from.getBBox(), m = b.x + b.width * parseFloat(s.getPropertyValue("--m")) / 100, h = parseFloat(s.height) / 2;
      return to.replaceWith(make("polygon", { points: `${b.x},12 ${m},${12 - h} ${b.x + b.width},12 ${m},${12 + h}`, fill: s.fill, opacity: s.opacity }));
    }
    for (const k of ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "opacity", "font-size", "font-weight", "text-anchor"]) to.setAttribute(k, s.getPropertyValue(k));
    if (from.matches('rect[style^="--s"]')) for (const k of ["width", "height"]) to.setAttribute(k, s.getPropertyValue(k));
    if (s.transform !== "none" && !from.hasAttribute("transform")) to.setAttribute("transform", s.transform);
    to.removeAttribute("class");
    const children = [...to.children];
    [...from.children].forEach((child, i) => paint(child, children[i]));
  };
  const forest = (figure) => {
    const table = figure.querySelector("table.fp"), box = table.getBoundingClientRect();
    const ink = getComputedStyle(document.body).color, paper = getComputedStyle(document.body).backgroundColor;
    const svg = make("svg", { width: box.width + 20, height: box.height + 50, "font-family": "sans-serif", fill: ink });
    svg.append(make("rect", { width: "100%", height: "100%", fill: paper }));
    svg.append(make("text", { x: 10, y: 22, "font-size": 15, "font-weight": 600 }, figure.querySelector("h3").firstChild.textContent.trim()));
    for (const cell of all("th,td", table)) {
      const r = cell.getBoundingClientRect(), s = getComputedStyle(cell), x = r.left - box.left + 10, y = r.top - box.top + 40;
      if (!r.width) continue;
      const drawn = cell.querySelector(":scope > svg");
      if (drawn) {
        const copy = drawn.cloneNode(true), d = drawn.getBoundingClientRect();
        paint(drawn, copy);
        for (const [k, v] of Object.entries({ x: d.left - box.left + 10, y: d.top - box.top + 40, width: d.width, height: d.height, overflow: "visible" })) copy.setAttribute(k, v);
        svg.append(copy);
        if (drawn.matches(".x")) svg.append(make("path", { d: `M${d.left - box.left + 10 + d.width * 0.03} ${d.top - box.top + 40}h${d.width * 0.94}`, stroke: ink }));
      } else if (words(cell) && !cell.querySelector(".vh")) {
        const right = s.textAlign === "right";
        svg.append(make("text", { x: right ? x + r.width - parseFloat(s.paddingRight) : x, y: y + r.height / 2 + 4, "font-size": s.fontSize, "font-weight": s.fontWeight, "text-anchor": right ? "end" : "start" }, words(cell)));
      }
    }
    return svg;
  };
  const button = (text, act) => {
    const b = document.createElement("button");
    b.type = "button";
    b.textContent = text;
    b.addEventListener("click", act);
    return b;
  };
  const text = (node) => '<?xml version="1.0" encoding="UTF-8"?>\n' + new XMLSerializer().serializeToString(node);
  for (const figure of all("figure.card")) {
    const plot = figure.querySelector("table.fp");
    if (!plot) continue;
    const tools = document.createElement("div");
    tools.className = "tools";
    const twin = figure.querySelector("table.twin");
    tools.append(
      button("Figure (SVG)", () => save(`${figure.id.slice(2)}.svg`, "image/svg+xml", text(forest(figure)))),
      button("Data (CSV)", () => save(`${figure.id.slice(2)}.csv`, "text/csv", forestCsv(plot) + (twin ? "\r\n" + csv(twin) : ""))),
    );
    figure.append(tools);
  }
  for (const drawing of all("svg.mech.wide, svg.flow.wide, svg.gap")) {
    const tools = document.createElement("div");
    tools.className = "tools";
    tools.append(button("Figure (SVG)", () => {
      const copy = drawing.cloneNode(true);
      paint(drawing, copy);
      save("figure.svg", "image/svg+xml", text(copy));
    }));
    drawing.after(tools);
  }

  // Print: provenance moves to the end as numbered notes, and returns afterwards
  let moved = [];
  window.addEventListener("beforeprint", () => {
    const notes = document.createElement("section");
    notes.className = "endnotes";
    notes.innerHTML = "<h2>Where the numbers come from</h2>";
    all("figure.card details.prov").forEach((details, i) => {
      const place = document.createElement("p"), title = document.createElement("h3");
      place.className = "cap";
      place.textContent = `Sources: note ${i + 1}`;
      title.textContent = `${i + 1}. ${details.closest("figure").querySelector("h3").firstChild.textContent.trim()}`;
      details.before(place);
      notes.append(title, details);
      moved.push([place, details, details.open]);
      details.open = true;
    });
    if (moved.length) document.querySelector("main").append(notes);
  });
  window.addEventListener("afterprint", () => {
    for (const [place, details, open] of moved) { details.open = open; place.replaceWith(details); }
    all("section.endnotes").forEach((n) => n.remove());
    moved = [];
  });
})();
