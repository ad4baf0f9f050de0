// Small graphs, drawn anew with each update. Each has a text that says what it shows.

import { svg } from "./dom.js";

/** A line without axes, for beside a number. */
export function spark(values, label) {
  const width = 120;
  const height = 26;
  const top = Math.max(...values, 1e-9);
  const points = values.map((v, i) => [(i * width) / Math.max(1, values.length - 1), height - 2 - (Math.max(0, v) / top) * (height - 4)]);
  const line = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  return svg("svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": label },
    values.length > 1 ? svg("polygon", { points: `0,${height} ${line} ${width},${height}`, class: "under" }) : null,
    values.length > 1 ? svg("polyline", { points: line, class: "line" }) : null);
}

/** A round number at or above another, for the top of an axis. */
function ceiling(value, binary) {
  if (value <= 0) return 1;
  const base = binary ? 1024 ** Math.floor(Math.log(value) / Math.log(1024)) : 1;
  const scaled = value / base;
  const power = 10 ** Math.floor(Math.log10(scaled));
  const step = [1, 2, 5, 10].find((s) => s * power >= scaled);
  return step * power * base;
}

/**
 * Stacked columns over the last hour or so.
 * series: [{name, className, values}], oldest first; form: how values read; end: what the right edge is called.
 */
export function columns({ series, form, start, end, label, binary = false, least = 0 }) {
  const width = 360;
  const height = 128;
  const left = 58;
  const bottom = 18;
  const count = Math.max(...series.map((s) => s.values.length), 1);
  const totals = Array.from({ length: count }, (_, i) => series.reduce((sum, s) => sum + (s.values[i] ?? 0), 0));
  const top = ceiling(Math.max(...totals, least), binary);
  const inner = height - bottom - 8;
  const step = (width - left) / Math.max(count, 60);
  const first = width - step * count;
  const marks = [];
  totals.forEach((_, i) => {
    let y = 8 + inner;
    for (const { className, values } of series) {
      const tall = ((values[i] ?? 0) / top) * inner;
      if (tall > 0.2) {
        y -= tall;
        marks.push(svg("rect", { x: (first + i * step + 0.5).toFixed(1), y: y.toFixed(1), width: Math.max(1, step - 1).toFixed(1), height: tall.toFixed(1), class: className }));
      }
    }
  });
  return svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
    axis(left, width, inner, top, form), marks,
    svg("text", { x: left, y: height - 4, class: "tick" }, start),
    svg("text", { x: width, y: height - 4, class: "tick", "text-anchor": "end" }, end));
}

function axis(left, width, inner, top, form) {
  return [0, 0.5, 1].flatMap((part) => {
    const y = 8 + inner * (1 - part);
    return [
      svg("line", { x1: left, x2: width, y1: y, y2: y, class: part === 0 ? "base" : "rule" }),
      svg("text", { x: left - 6, y: y + 3.5, class: "tick", "text-anchor": "end" }, form(top * part)),
    ];
  });
}

/** Lines over time; a value of -1 is a gap. top fixes the axis, as for per cent. */
export function lines({ series, form, start, label, top = null, binary = false }) {
  const width = 400;
  const height = 120;
  const left = 62;
  const bottom = 18;
  const inner = height - bottom - 8;
  const most = top ?? ceiling(Math.max(...series.flatMap((s) => s.values), 0), binary);
  const shapes = series.map(({ className, values, spans }) => {
    const step = (width - left) / Math.max(1, (spans ?? values.length) - 1);
    const first = width - step * (values.length - 1);
    let d = "";
    let pen = false;
    values.forEach((v, i) => {
      if (v < 0) {
        pen = false;
      } else {
        d += `${pen ? "L" : "M"}${(first + i * step).toFixed(1)} ${(8 + inner * (1 - Math.min(1, v / most))).toFixed(1)}`;
        pen = true;
      }
    });
    return svg("path", { d, class: `trace ${className}` });
  });
  return svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
    axis(left, width, inner, most, form), shapes,
    svg("text", { x: left, y: height - 4, class: "tick" }, start),
    svg("text", { x: width, y: height - 4, class: "tick", "text-anchor": "end" }, "now"));
}
