// A whole step in one strip, however many tasks it has: where it failed, where it runs, and which part the grid shows.

import { get, path } from "./calls.js";
import { h, keyed } from "./dom.js";
import { runs, STATES, WORD_OF } from "./text.js";

const BINS = 400;

/** Steps of fewer tasks fit the grid. */
export const WORTH_IT = 1500;

export function minimap({ jobId, onJump }) {
  const strip = h("div.minimap", { role: "img", onclick: jump });
  const view = h("div.minimap-view");
  const element = h("div.minimap-frame", { hidden: true }, strip, view);
  let step = { first: 0, count: 0 };
  let map = null;
  let busy = false;

  function jump(event) {
    const box = strip.getBoundingClientRect();
    onJump(step.first + Math.min(step.count - 1, Math.floor(((event.clientX - box.left) / box.width) * step.count)));
  }

  async function load() {
    if (busy || step.count < WORTH_IT) return;
    busy = true;
    try {
      map = await get(`${path("jobs", jobId, "map")}?bins=${BINS}`);
      draw();
    } catch {
      // It comes with the next change.
    } finally {
      busy = false;
    }
  }

  function draw() {
    if (!map) return;
    const bins = [];
    map.bins.forEach((text, i) => {
      const from = i * map.tasksPerBin;
      if (from + map.tasksPerBin > step.first && from < step.first + step.count) bins.push([i, Object.fromEntries(runs(text))]);
    });
    keyed(strip, bins, ([i]) => i, () => h("b"), (column, [, counts]) => {
      const here = STATES.filter(([letter]) => counts[letter]);
      keyed(column, here, ([letter]) => letter, ([letter]) => h(`i.fill-${letter}`), (part, [letter]) => {
        // One failure among thousands must not vanish.
        part.style.flexGrow = counts[letter];
        part.style.minHeight = letter === "f" ? "4px" : letter === "l" ? "2px" : "0";
      });
    });
    const totals = {};
    for (const [, counts] of bins) for (const [letter, n] of Object.entries(counts)) totals[letter] = (totals[letter] ?? 0) + n;
    strip.setAttribute("aria-label", "Whole step: " + Object.entries(totals).map(([letter, n]) => `${n} ${WORD_OF[letter]}`).join(", "));
  }

  return {
    element,
    show(next) {
      step = next;
      element.hidden = step.count < WORTH_IT;
      draw();
      load();
    },
    refresh: load,
    looksAt([from, to]) {
      if (step.count === 0) return;
      view.style.left = `${(100 * (from - step.first)) / step.count}%`;
      view.style.width = `${Math.max(0.3, (100 * (to - from)) / step.count)}%`;
    },
  };
}
