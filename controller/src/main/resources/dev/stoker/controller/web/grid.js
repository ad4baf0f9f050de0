// The frame grid: a cell for each task of a step, drawn on a canvas as large as the window onto it, so that a million tasks
// cost no more than a screenful. States come in run-lengths, a few thousand tasks at a time, for what is looked at.

import { get, path, picture } from "./calls.js";
import { h } from "./dom.js";
import { runs, WORD_OF } from "./text.js";

const CHUNK = 4096;
const FORGOTTEN = 64; // chunks kept beyond those that are looked at
const PICTURES = 600;
const AT_ONCE = 6;

/** Edges of a cell in pixels; the last shows the pictures. */
export const SIZES = [
  ["Tiny", 9, 9],
  ["Small", 16, 16],
  ["Large", 34, 24],
  ["Pictures", 132, 92],
];

export function frameGrid({ jobId, label, onOpen, onCursor, onHover, onScroll }) {
  const canvas = h("canvas", { tabIndex: 0, role: "application", "aria-roledescription": "frame grid" });
  const spacer = h("div.grid-space", null, canvas);
  const element = h("div.grid", null, spacer);
  const context = canvas.getContext("2d");
  const chunks = new Map();
  const pictures = new Map();
  let step = { first: 0, count: 0 };
  let size = 1;
  let running = new Map();
  let cursor = -1;
  let selected = -1;
  let hovered = -1;
  let colours = null;
  let loading = false;
  let again = false;
  let drawing = 0;
  let closed = false;
  let inFlight = 0;
  const abort = new AbortController();

  /** The name and edges of a cell; pictures take all of a row. */
  function cell() {
    const [name, wide, tall] = SIZES[size];
    if (size !== 3) return SIZES[size];
    const cols = Math.max(1, Math.floor((element.clientWidth - 2) / (wide + 2)));
    const stretched = Math.min(wide * 1.6, Math.floor((element.clientWidth - 2) / cols) - 2);
    return [name, stretched, Math.round((tall - 18) * (stretched / wide)) + 18];
  }
  const gap = () => (cell()[1] > 12 ? 2 : 1);
  const columns = () => Math.max(1, Math.floor((element.clientWidth - 1) / (cell()[1] + gap())));
  const rowHeight = () => cell()[2] + gap();

  function letterAt(ordinal) {
    const chunk = chunks.get(Math.floor(ordinal / CHUNK));
    return chunk ? String.fromCharCode(chunk[ordinal % CHUNK]) : " ";
  }

  function visible() {
    const cols = columns();
    const firstRow = Math.floor(element.scrollTop / rowHeight());
    const lastRow = Math.ceil((element.scrollTop + element.clientHeight) / rowHeight());
    return [step.first + firstRow * cols, Math.min(step.first + step.count, step.first + lastRow * cols)];
  }

  /** Reads the states of what is looked at; one request at a time, however often it is asked for. */
  async function load() {
    if (loading) {
      again = true;
      return;
    }
    loading = true;
    try {
      do {
        again = false;
        const [from, to] = visible();
        if (to > from) await read(Math.floor(from / CHUNK) * CHUNK, Math.ceil(to / CHUNK) * CHUNK);
      } while (again && !closed);
    } catch (e) {
      if (!closed && e.name !== "AbortError") console.warn(e.message);
    } finally {
      loading = false;
    }
  }

  async function read(from, to) {
    const answer = await get(`${path("jobs", jobId, "grid")}?from=${from}&limit=${to - from}`, { signal: abort.signal });
    let at = from;
    for (const [letter, count] of runs(answer.runs)) {
      const code = letter.charCodeAt(0);
      for (const end = at + count; at < end; ) {
        const key = Math.floor(at / CHUNK);
        if (!chunks.has(key)) chunks.set(key, new Uint8Array(CHUNK));
        const chunk = chunks.get(key);
        const stop = Math.min(end, (key + 1) * CHUNK);
        for (; at < stop; at++) {
          const place = at % CHUNK;
          if (chunk[place] !== code) {
            if (letter === "s" || letter === "c") pictures.delete(at);
            chunk[place] = code;
          }
        }
      }
    }
    if (chunks.size > FORGOTTEN) {
      for (const key of chunks.keys()) {
        if (key * CHUNK < from || key * CHUNK >= to) chunks.delete(key);
        if (chunks.size <= FORGOTTEN) break;
      }
    }
    draw();
  }

  function readColours() {
    const style = getComputedStyle(document.documentElement);
    const probe = h("i");
    document.body.append(probe);
    const colour = (name) => {
      probe.style.color = `var(--${name})`;
      return getComputedStyle(probe).color;
    };
    colours = Object.fromEntries(["s", "c", "l", "f", "e", "r", "w", "x"].map((letter) => [letter, colour(`state-${letter}`)]));
    Object.assign(colours, { ink: colour("ink"), panel: colour("panel"), line: colour("line"), quiet: colour("quiet"), focus: colour("focus"), dim: colour("state-l-dim"), glyph: colour("glyph") });
    colours.font = style.getPropertyValue("--mono");
    probe.remove();
  }

  function draw() {
    if (!drawing && !closed) drawing = requestAnimationFrame(paint);
  }

  function paint() {
    drawing = 0;
    if (!colours) readColours();
    const cols = columns();
    const rows = Math.ceil(step.count / cols);
    spacer.style.height = `${rows * rowHeight() + 2}px`;
    const width = element.clientWidth;
    const height = element.clientHeight;
    const scale = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    const firstRow = Math.floor(element.scrollTop / rowHeight());
    const offset = element.scrollTop - firstRow * rowHeight();
    for (let row = firstRow; row * rowHeight() - element.scrollTop < height; row++) {
      for (let col = 0; col < cols; col++) {
        const index = row * cols + col;
        if (index >= step.count) break;
        paintCell(step.first + index, 1 + col * (cell()[1] + gap()), 1 + (row - firstRow) * rowHeight() - offset);
      }
    }
    onScroll?.(visible());
  }

  function paintCell(ordinal, x, y) {
    const [, w, t] = cell();
    const letter = letterAt(ordinal);
    if (size === 3) paintPicture(ordinal, letter, x, y, w, t);
    else paintState(letter, ordinal, x, y, w, t);
    if (ordinal === selected || (ordinal === cursor && document.activeElement === canvas) || ordinal === hovered) {
      context.lineWidth = 2;
      context.strokeStyle = ordinal === hovered && ordinal !== cursor ? colours.ink : colours.focus;
      context.strokeRect(x - 0.5, y - 0.5, w + 1, t + 1);
    }
  }

  /** Colour and form: nobody has to tell colours apart. */
  function paintState(letter, ordinal, x, y, w, t) {
    const c = colours[letter];
    context.lineWidth = 1;
    context.strokeStyle = c ?? colours.line;
    context.fillStyle = c ?? colours.line;
    const small = w < 12;
    const numbered = size === 2;
    switch (letter) {
      case "s":
        context.fillRect(x, y, w, t);
        break;
      case "l": {
        const fraction = running.get(ordinal)?.fraction ?? -1;
        context.fillStyle = colours.dim;
        context.fillRect(x, y, w, t);
        context.fillStyle = c;
        if (numbered) context.fillRect(x, y + t - 4, Math.max(3, fraction * w), 4); // below the number, not behind it
        else {
          const tall = Math.max(small ? 4 : 3, fraction > 0 ? fraction * t : 0);
          context.fillRect(x, y + t - tall, w, tall);
        }
        context.strokeRect(x + 0.5, y + 0.5, w - 1, t - 1);
        break;
      }
      case "c":
        context.fillRect(x, y, w, t);
        glyph([[0.5, 0.22, 0.8, 0.6], [0.5, 0.22, 0.2, 0.6], [0.5, 0.22, 0.5, 0.82]], x, y, w, t);
        break;
      case "f":
        context.fillRect(x, y, w, t);
        glyph([[0.25, 0.25, 0.75, 0.75], [0.75, 0.25, 0.25, 0.75]], x, y, w, t);
        break;
      case "x":
        context.strokeRect(x + 0.5, y + 0.5, w - 1, t - 1);
        stroke([[0.2, 0.8, 0.8, 0.2]], x, y, w, t, c);
        break;
      case "e":
        context.strokeRect(x + 0.5, y + 0.5, w - 1, t - 1);
        if (numbered) context.fillRect(x, y, 6, 6);
        else context.fillRect(x + w * 0.3, y + t * 0.3, w * 0.4, t * 0.4);
        break;
      case "r":
        context.strokeRect(x + 0.5, y + 0.5, w - 1, t - 1);
        break;
      case "w":
        context.fillRect(x + w / 2 - 1, y + t / 2 - 1, 2, 2);
        break;
      default:
        context.globalAlpha = 0.4;
        context.fillRect(x, y, w, t);
        context.globalAlpha = 1;
    }
    if (numbered) {
      const solid = letter === "s" || letter === "c" || letter === "f";
      if (letter !== "f" && letter !== "c") number(ordinal, x + w / 2, y + t / 2 + 4, solid ? colours.glyph : colours.ink, "center", 10);
    }
  }

  function number(ordinal, x, y, colour, align, pixels) {
    context.fillStyle = colour;
    context.font = `${pixels}px ${colours.font}`;
    context.textAlign = align;
    context.fillText(label(ordinal - step.first), x, y);
  }

  function glyph(strokes, x, y, w, t) {
    stroke(strokes, x, y, w, t, colours.glyph);
  }

  function stroke(strokes, x, y, w, t, colour) {
    const edge = Math.min(w, t);
    const left = x + (w - edge) / 2;
    const above = y + (t - edge) / 2;
    context.strokeStyle = colour;
    context.lineWidth = Math.max(1.2, edge / 9);
    context.beginPath();
    for (const [x1, y1, x2, y2] of strokes) {
      context.moveTo(left + x1 * edge, above + y1 * edge);
      context.lineTo(left + x2 * edge, above + y2 * edge);
    }
    context.stroke();
  }

  function paintPicture(ordinal, letter, x, y, w, t) {
    const high = t - 18;
    context.fillStyle = colours.panel;
    context.fillRect(x, y, w, t);
    const image = letter === "s" || letter === "c" ? pictureOf(ordinal) : null;
    if (image) {
      const scale = Math.min(w / image.width, high / image.height);
      const wide = image.width * scale;
      const tall = image.height * scale;
      context.drawImage(image, x + (w - wide) / 2, y + (high - tall) / 2, wide, tall);
    } else {
      context.globalAlpha = 0.16;
      context.fillStyle = colours[letter] ?? colours.line;
      context.fillRect(x, y, w, high);
      context.globalAlpha = 1;
      context.fillStyle = colours.quiet;
      context.font = `11px ${colours.font}`;
      context.textAlign = "center";
      const now = running.get(ordinal);
      const text = letter === "l" && now ? `${now.phase.toLowerCase()}${now.fraction > 0 ? ` ${Math.round(100 * now.fraction)} %` : ""}` : letter === "s" ? "no picture" : WORD_OF[letter] ?? "";
      context.fillText(text, x + w / 2, y + high / 2 + 4);
    }
    context.strokeStyle = colours.line;
    context.lineWidth = 1;
    context.strokeRect(x + 0.5, y + 0.5, w - 1, t - 1);
    paintState(letter, ordinal, x + 4, y + t - 14, 10, 10);
    number(ordinal, x + 20, y + t - 5, colours.ink, "left", 11);
  }

  /** The bitmap of a task, null while it is not here or where there is none. */
  function pictureOf(ordinal) {
    const known = pictures.get(ordinal);
    if (known !== undefined) return known;
    if (inFlight < AT_ONCE) fetchPicture(ordinal);
    return null;
  }

  async function fetchPicture(ordinal) {
    inFlight++;
    pictures.set(ordinal, null);
    try {
      const blob = await picture(path("jobs", jobId, "tasks", `${jobId}-${ordinal}`, "thumbnail"), abort.signal);
      if (blob) pictures.set(ordinal, await createImageBitmap(blob));
    } catch {
      // A picture is for the eye; the state says all.
    }
    if (pictures.size > PICTURES) {
      const [oldest] = pictures.keys();
      pictures.get(oldest)?.close();
      pictures.delete(oldest);
    }
    inFlight--;
    draw();
  }

  function ordinalAt(event) {
    const box = canvas.getBoundingClientRect();
    const cols = columns();
    const col = Math.floor((event.clientX - box.left - 1) / (cell()[1] + gap()));
    const row = Math.floor((event.clientY - box.top - 1 + element.scrollTop) / rowHeight());
    const index = row * cols + col;
    return col >= 0 && col < cols && index >= 0 && index < step.count ? step.first + index : -1;
  }

  function boxOf(ordinal) {
    const box = canvas.getBoundingClientRect();
    const index = ordinal - step.first;
    const left = box.left + 1 + (index % columns()) * (cell()[1] + gap());
    const top = box.top + 1 + Math.floor(index / columns()) * rowHeight() - element.scrollTop;
    return { left, top, right: left + cell()[1], bottom: top + cell()[2] };
  }

  function hover(ordinal) {
    if (ordinal !== hovered) {
      hovered = ordinal;
      onHover(ordinal, ordinal < 0 ? null : boxOf(ordinal));
      draw();
    }
  }

  function reveal(ordinal) {
    const row = Math.floor((ordinal - step.first) / columns());
    const top = row * rowHeight();
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight() > element.scrollTop + element.clientHeight) element.scrollTop = top + rowHeight() - element.clientHeight + 2;
  }

  function moveCursor(to) {
    const bounded = Math.max(step.first, Math.min(step.first + step.count - 1, to));
    if (step.count === 0) return;
    cursor = bounded;
    reveal(cursor);
    draw();
    onCursor(cursor, boxOf(cursor));
  }

  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") hover(ordinalAt(event));
  });
  canvas.addEventListener("pointerleave", () => hover(-1));
  canvas.addEventListener("click", (event) => {
    const ordinal = ordinalAt(event);
    if (ordinal >= 0) {
      cursor = ordinal;
      hover(-1);
      onOpen(ordinal);
    }
  });
  canvas.addEventListener("focus", () => {
    if (!canvas.matches(":focus-visible")) return;
    if (cursor < step.first || cursor >= step.first + step.count) moveCursor(visible()[0]);
    else moveCursor(cursor);
  });
  canvas.addEventListener("blur", () => {
    onCursor(-1, null);
    draw();
  });
  canvas.addEventListener("keydown", (event) => {
    const cols = columns();
    const page = cols * Math.max(1, Math.floor(element.clientHeight / rowHeight()) - 1);
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -cols, ArrowDown: cols, PageUp: -page, PageDown: page };
    if (moves[event.key]) moveCursor(cursor + moves[event.key]);
    else if (event.key === "Home") moveCursor(step.first);
    else if (event.key === "End") moveCursor(step.first + step.count - 1);
    else if ((event.key === "Enter" || event.key === " ") && cursor >= 0) onOpen(cursor);
    else return;
    event.preventDefault();
  });
  element.addEventListener("scroll", () => {
    hover(-1);
    draw();
    load();
  });
  const observer = new ResizeObserver(() => {
    draw();
    load();
  });
  observer.observe(element);
  const recolour = () => {
    colours = null;
    draw();
  };
  window.addEventListener("theme", recolour);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", recolour);

  return {
    element,
    show(next) {
      const other = next.first !== step.first || next.count !== step.count;
      step = next;
      canvas.setAttribute("aria-label", `${next.name}: ${next.count} tasks. Arrow keys move, Enter opens a task.`);
      const rows = Math.ceil(step.count / columns());
      element.style.setProperty("--wanted", `${rows * rowHeight() + 4}px`);
      if (other) element.scrollTop = 0;
      draw();
      load();
    },
    refresh: load,
    /** Whether a task in what was read is in that state. */
    holds: (letter) => [...chunks.values()].some((chunk) => chunk.includes(letter.charCodeAt(0))),
    running(list) {
      running = new Map(list.map((one) => [one.ordinal, { fraction: one.phaseFraction, phase: one.phase }]));
      draw();
    },
    size(index) {
      size = index;
      const rows = Math.ceil(step.count / columns());
      element.style.setProperty("--wanted", `${rows * rowHeight() + 4}px`);
      if (cursor >= 0) reveal(cursor);
      draw();
      load();
    },
    select(ordinal) {
      selected = ordinal;
      if (ordinal >= step.first && ordinal < step.first + step.count) {
        cursor = ordinal;
        reveal(ordinal);
      }
      draw();
    },
    reveal,
    letterAt,
    focus: () => canvas.focus(),
    close() {
      closed = true;
      abort.abort();
      observer.disconnect();
      window.removeEventListener("theme", recolour);
      dark.removeEventListener("change", recolour);
      cancelAnimationFrame(drawing);
      pictures.forEach((image) => image?.close());
    },
  };
}
