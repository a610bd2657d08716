"use strict";
// A click on the figure sets the place chosen beside the form; arrow keys move the last place.
const board = document.querySelector("#board");
const cross = document.querySelector("#cross");
const say = document.querySelector("#say");
let last = null;
function chosen() { return document.querySelector("input[name=pick]:checked").value; }
function size() { return [Number(board.dataset.width), Number(board.dataset.height)]; }
function show(x, y) {
  const [w, h] = size();
  cross.hidden = false;
  cross.style.left = (100 * x / w) + "%";
  cross.style.top = (100 * y / h) + "%";
}
function put(name, x, y, again) {
  const field = document.getElementById(name);
  const both = x.toFixed(1) + "," + y.toFixed(1);
  if (name.startsWith("through")) {
    const held = field.value.trim().split(/\s+/).filter(Boolean);
    if (again) held.pop();
    field.value = held.concat([both]).join(" ");
  } else {
    field.value = both;
  }
  last = { name, x, y };
  show(x, y);
  say.textContent = name + " is now " + both;
  soon();
}
board.addEventListener("click", (event) => {
  board.focus();
  if (chosen().startsWith("corrections")) return;
  const box = board.querySelector("img").getBoundingClientRect();
  const [w, h] = size();
  const name = chosen();
  put(name, (event.clientX - box.left) / box.width * w, (event.clientY - box.top) / box.height * h, false);
  const picks = [...document.querySelectorAll("input[name=pick]")];
  const next = picks[picks.findIndex((p) => p.checked) + 1];
  if (next && !name.startsWith("through")) next.checked = true;
});
board.addEventListener("keydown", (event) => {
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (!(event.key in moves) || chosen().startsWith("corrections")) return;
  event.preventDefault();
  const far = event.shiftKey ? 10 : 1;
  const [w, h] = size();
  const from = last || { name: chosen(), x: w / 2, y: h / 2 };
  put(from.name, from.x + far * moves[event.key][0], from.y + far * moves[event.key][1], last !== null);
});
// Each change is traced after a short pause, without pressing Trace; the overlay and what is said follow.
const form = document.querySelector("#form");
let waiting = 0;
let asked = 0;
function enough() {
  const held = (name) => document.getElementById(name).value.trim() !== "";
  const axes = ["x1", "x2", "y1", "y2"].every((a) => held(a + "-place") && held(a + "-value"));
  return axes && [0, 1, 2, 3].some((i) => held("curve-" + i) && (held("colour-" + i) || held("through-" + i)));
}
async function follow() {
  if (!enough()) return;
  const mine = ++asked;
  const body = new URLSearchParams(new FormData(form));
  body.set("do", "trace");
  try {
    const answer = await fetch("/trace", { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const said = page.querySelector("#said");
    if (mine !== asked || !answer.ok || !said) return;
    document.querySelector("#said").replaceWith(said);
    document.querySelector("#figure").src = page.querySelector("#figure").getAttribute("src");
  } catch {
    say.textContent = "The page's server does not answer; start it again";
  }
}
function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(follow, 500);
}
form.addEventListener("input", soon);
form.addEventListener("change", soon);
form.addEventListener("submit", () => { clearTimeout(waiting); asked += 1; });
