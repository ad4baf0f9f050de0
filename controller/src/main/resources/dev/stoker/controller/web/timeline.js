// When attempts fetched, rendered and published.

import { h, svg } from "./dom.js";
import { clock, span } from "./text.js";

const WORDS = { fetch: "fetching", render: "rendering", publish: "publishing" };

/** The spans of an attempt; where it reported none, its lease is all that is known. */
export function spansOf(attempt) {
  const end = attempt.endedMillis ?? Date.now();
  const known = attempt.timeline.map((one) => ({ ...one, end: one.endMillis || Date.now(), open: !one.endMillis }));
  return known.length ? known : [{ name: "lease", startMillis: attempt.startedMillis, end, open: !attempt.endedMillis }];
}

const describe = (spans) => spans.map((s) => `${WORDS[s.name] ?? "held"} ${span(s.end - s.startMillis)}${s.open ? " so far" : ""}`).join(", ");

/**
 * Rows of attempts over a common time axis.
 * rows: [{title, attempt, href, onclick}]
 */
export function timeline(rows) {
  const spans = rows.map((row) => spansOf(row.attempt));
  const starts = rows.map((row, i) => Math.min(row.attempt.startedMillis, ...spans[i].map((s) => s.startMillis)));
  const from = Math.min(...starts);
  const to = Math.max(from + 1000, ...spans.flat().map((s) => s.end));
  const x = (millis) => (1000 * (millis - from)) / (to - from);
  return h("div.timeline", null,
    h("div.timeline-axis", { "aria-hidden": "true" }, h("span"), h("span.ticks", null, [0, 0.25, 0.5, 0.75, 1].map((part) => h("span", null, clock(from + part * (to - from)))))),
    h("ol", null, rows.map((row, i) => {
      const failed = row.attempt.outcome === "FAILED";
      const text = `${row.title}, attempt ${row.attempt.attempt} on ${row.attempt.nodeName || "an unknown node"}: ${describe(spans[i])}${failed ? ", failed" : ""}`;
      return h("li", { title: text },
        h("button.plain.timeline-name", { onclick: row.onclick, "aria-label": text },
          h("span", null, row.title, row.attempt.attempt > 1 ? h("em", null, ` #${row.attempt.attempt}`) : null), h("small", null, row.attempt.nodeName)),
        svg("svg", { viewBox: "0 0 1000 20", preserveAspectRatio: "none", "aria-hidden": "true" },
          svg("rect", { x: x(starts[i]), y: 9, width: Math.max(1, x(Math.max(...spans[i].map((s) => s.end))) - x(starts[i])), height: 2, class: "span-wait" }),
          spans[i].map((s) => svg("rect", { x: x(s.startMillis), y: 3, width: Math.max(2, x(s.end) - x(s.startMillis)), height: 14, class: `span-${s.name}${failed && s.name === "render" ? " span-failed" : ""}` }))),
        h("span.timeline-end", null, failed ? h("b.failed", null, "✕ ") : null, span(Math.max(...spans[i].map((s) => s.end)) - starts[i])));
    })),
    h("p.legend", null, Object.entries(WORDS).map(([name, word]) => h("span", null, h(`i.span-${name}`), word)), h("span", null, h("i.span-wait"), "waiting for its slot")));
}
