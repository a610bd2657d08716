"use strict";
// Steps of a traced curve, moved: drag one, or choose it with [ and ] and move it by arrow keys; Delete takes it out.
// A moved step is a correction, "time:survival" in the curve's field; tracing again is left to trace.js.
let held = null;
function row() { return chosen().startsWith("corrections-") ? Number(chosen().slice(12)) : -1; }
function traced() {
  const name = row() < 0 ? "" : document.getElementById("curve-" + row()).value.trim();
  return JSON.parse(document.getElementById("steps")?.dataset.steps || "[]").find((c) => c.curve === name);
}
function place(c, t, s) {
  const [o, a, b] = c.frame;
  return [o[0] + t * a[0] + s * b[0], o[1] + t * a[1] + s * b[1]];
}
function value(c, x, y) {
  const [o, a, b] = c.frame, px = x - o[0], py = y - o[1], d = a[0] * b[1] - a[1] * b[0];
  return [(px * b[1] - py * b[0]) / d, (a[0] * py - a[1] * px) / d];
}
function tell() {
  const c = traced(), [x, y] = place(c, held.t, held.s);
  show(x, y);
  say.textContent = "step " + held.k + " of " + (c.time.length - 1) + " of " + c.curve + ": survival " + held.s.toFixed(4) +
    " from " + held.t.toPrecision(4);
}
function take(k) {
  const c = traced();
  held = { k, t: c.time[k], s: c.survival[k], from: c.time[k] };
  tell();
}
function move(x, y) {
  // Between its neighbours, so the curve goes on falling.
  const c = traced(), [t, s] = value(c, x, y), k = held.k;
  const late = k + 1 < c.time.length ? c.time[k + 1] : c.end, room = 1e-3 * c.end;
  held.t = Math.min(Math.max(t, c.time[k - 1] + room), Math.max(late - room, c.time[k - 1] + room));
  held.s = Math.min(Math.max(s, k + 1 < c.time.length ? c.survival[k + 1] : 0), c.survival[k - 1]);
  tell();
}
function keep(out) {
  const field = document.getElementById(chosen()), from = Number(held.from.toPrecision(10));
  const words = field.value.trim().split(/\s+/).filter((w) => w && w !== from + ":-" && Number(w.split(":")[0]) !== from);
  const was = field.value.trim().split(/\s+/).some((w) => w.startsWith(from + ":") && w !== from + ":-");
  if (out || !was) words.push(from + ":-");
  if (!out) words.push(Number(held.t.toPrecision(10)) + ":" + Number(held.s.toFixed(5)));
  field.value = words.join(" ");
  held = null;
  soon();
}
function at(event) {
  const box = board.querySelector("img").getBoundingClientRect(), [w, h] = size();
  return [(event.clientX - box.left) / box.width * w, (event.clientY - box.top) / box.height * h, w / box.width];
}
board.addEventListener("pointerdown", (event) => {
  const c = traced();
  if (!c) return;
  const [x, y, unit] = at(event);
  const far = c.time.map((t, k) => (k ? Math.hypot(...place(c, t, c.survival[k]).map((v, i) => v - [x, y][i])) : Infinity));
  const k = far.indexOf(Math.min(...far));
  if (far[k] > 14 * unit) return;
  board.setPointerCapture(event.pointerId);
  take(k);
  held.dragged = false;
});
board.addEventListener("pointermove", (event) => {
  if (!held || !board.hasPointerCapture(event.pointerId)) return;
  held.dragged = true;
  move(...at(event));
});
board.addEventListener("pointerup", () => { if (held?.dragged) keep(false); });
board.addEventListener("keydown", (event) => {
  const c = traced(), moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (!c || c.time.length < 2) return;
  if (event.key === "[" || event.key === "]") {
    const k = held ? held.k + (event.key === "]" ? 1 : -1) : 1;
    take(Math.min(Math.max(k, 1), c.time.length - 1));
  } else if (held && event.key in moves) {
    event.preventDefault();
    const [x, y] = place(c, held.t, held.s), by = event.shiftKey ? 10 : 1;
    move(x + by * moves[event.key][0], y + by * moves[event.key][1]);
  } else if (held && event.key === "Delete") keep(true);
  else if (held && event.key === "Enter") keep(false);
});
