/*
 * Small comforts. Every page is complete without this file; only drawing a
 * signature needs it, and typing one counts the same.
 *
 * Nothing here builds markup from strings (Trusted Types), and what is drawn
 * leaves the browser as points alone: no times, no pressure, no pixels.
 */

const all = (selector, root = document) => root.querySelectorAll(selector);

/* Show words on a button for three seconds, then what stood there before; say them too. */
function sayOn(button, words) {
  const before = [...button.childNodes];
  button.replaceChildren(words);
  document.getElementById("live")?.replaceChildren(words);
  const restore = () => button.replaceChildren(...before);
  const timer = setTimeout(restore, 3000);
  return () => { clearTimeout(timer); restore(); };
}

/* ---- the error summary takes the focus, so that it is read first ---- */

document.querySelector(".errsum")?.focus();

/* ---- one press, one request ---- */

const sending = new Map();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (sending.has(form)) {
    event.preventDefault();
    return;
  }
  const button = event.submitter ?? form.querySelector("[type=submit]");
  const words = button?.dataset.busy ?? document.body.dataset.busy;
  if (!button || !words) return;
  /* aria-disabled, not disabled: the button's own name and value must be sent */
  button.setAttribute("aria-disabled", "true");
  const restore = sayOn(button, words);
  const release = () => {
    restore();
    button.removeAttribute("aria-disabled");
    sending.delete(form);
  };
  sending.set(form, release);
  setTimeout(release, 3000);
});

/* A page that comes back from the browser's memory must be usable at once. */
addEventListener("pageshow", () => sending.forEach((release) => release()));

/* ---- copy buttons: hidden unless the browser can ---- */

if (navigator.clipboard) {
  for (const button of all("[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    if (!source) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText((source.value ?? source.textContent).trim());
      sayOn(button, button.dataset.copied);
    });
  }
}

/* ---- the typed name, as it will stand on the line ---- */

for (const line of all("[data-shows]")) {
  const input = document.getElementById(line.dataset.shows);
  const show = () => { line.textContent = input.value.trim() || "\u00a0"; };
  input?.addEventListener("input", show);
  if (input) show();
}

/* ---- the sentence of a line, while its choices change ---- */

for (const live of all("[data-live]")) {
  const form = document.getElementById(live.dataset.live);
  let timer, asked;
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const body = new URLSearchParams(new FormData(form));
    body.set("show", "words");
    try {
      const answer = await fetch(form.action, { method: "POST", body, signal: asked.signal });
      const words = await answer.json();
      live.querySelector("[data-live-sentence]").textContent = words.sentence || "\u2026";
      live.querySelector("[data-live-trouble]").textContent = words.trouble;
    } catch { /* a newer question, or no answer: the button asks for the same */ }
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 250); });
}

/* ---- drawing ---- */

const WIDE = 1000;   /* strokes are whole numbers in 1000 x 400, whatever the screen */
const HIGH = 400;

/* Some browsers protect people by handing out noise instead of what was drawn. */
function canvasTellsTheTruth() {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return false;
  context.fillStyle = "#369";
  context.fillRect(0, 0, 4, 4);
  return context.getImageData(0, 0, 4, 4).data.every((v, i) => v === [51, 102, 153, 255][i % 4]);
}

function readStrokes(text) {
  try {
    const strokes = JSON.parse(text || "[]");
    return Array.isArray(strokes) ? strokes.filter(Array.isArray) : [];
  } catch {
    return [];
  }
}

function drawOn(canvas, field, clear) {
  const pad = new SignaturePad(canvas, { minDistance: 3 });
  let strokes = readStrokes(field.value);

  const keep = () => { field.value = strokes.length ? JSON.stringify(strokes) : ""; };
  const within = (value, end) => Math.min(end, Math.max(0, Math.round(value)));

  /* Resizing wipes a canvas, so the strokes are the truth and the pixels a view of them. */
  function redraw() {
    const width = canvas.offsetWidth;
    if (!width) return;   /* not shown now; the observer calls again */
    const ratio = Math.max(devicePixelRatio || 1, 1);
    canvas.width = width * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    const unit = width / WIDE;
    pad.penColor = getComputedStyle(canvas).color;
    /* one width for all: speed would have to be kept to draw it again */
    pad.minWidth = pad.maxWidth = Math.max(1, 4 * unit);
    pad.fromData(strokes.map((points) => ({
      penColor: pad.penColor, minWidth: pad.minWidth, maxWidth: pad.maxWidth, dotSize: 0,
      velocityFilterWeight: .7, compositeOperation: "source-over",
      points: points.map(([x, y]) => ({ x: x * unit, y: y * unit, pressure: .5, time: 0 })),
    })));
  }

  pad.addEventListener("endStroke", () => {
    const unit = canvas.offsetWidth / WIDE;
    strokes.push(pad.toData().at(-1).points.map(
      ({ x, y }) => [within(x / unit, WIDE), within(y / unit, HIGH)]));
    keep();
  });
  clear.addEventListener("click", () => { strokes = []; keep(); pad.clear(); });
  new ResizeObserver(redraw).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}

/* Without the style sheet a canvas has no size of its own, and a finger would scroll the page. */
const isStyled = (canvas) => getComputedStyle(canvas).touchAction === "none";

for (const box of all("[data-draw]")) {
  const field = document.getElementById(box.dataset.draw);
  const works = "SignaturePad" in window && field && canvasTellsTheTruth()
    && isStyled(box.querySelector("canvas"));
  for (const part of all("[data-draw-choice]")) part.hidden = !works;
  for (const part of all("[data-draw-blocked]")) part.hidden = works;
  if (works) {
    drawOn(box.querySelector("canvas"), field, box.querySelector("[data-draw-clear]"));
  } else if (document.querySelector("[data-way=drawn]:checked")) {
    document.querySelector("[data-way=typed]").checked = true;
  }
}
