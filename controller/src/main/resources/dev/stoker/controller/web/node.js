// One node: what it is, what it does, what it says of itself.

import { follow, path, post } from "./calls.js";
import { lines } from "./chart.js";
import { empty, h, keyed, note, say, set } from "./dom.js";
import { topologyPicture } from "./topology.js";
import { bytes, moment, span, whole } from "./text.js";

const PER_SECOND = (v) => `${bytes(v)}/s`;
const PERCENT = (v) => `${Math.round(v)} %`;

/** What may be graphed: [title, axis, series by name and word]. */
const GRAPHS = [
  ["CPU", { form: PERCENT, top: 100 }, [["cpu", "whole machine"]]],
  ["Memory", { form: bytes, binary: true }, [["memory", "in use"]]],
  ["GPU", { form: PERCENT, top: 100 }, [["gpu", "busiest GPU"], ["gpuMemory", "its memory"]]],
  ["Network", { form: PER_SECOND, binary: true }, [["received", "received"], ["sent", "sent"]]],
  ["Disk", { form: PER_SECOND, binary: true }, [["diskRead", "read"], ["diskWritten", "written"]]],
  ["Input", { form: PER_SECOND, binary: true }, [["cached", "from the cache"], ["origin", "from origins"]]],
];

export function mount(root, app, nodeId) {
  const title = h("h1");
  const badge = h("span.badge.large");
  const actions = h("div.row.actions", { role: "toolbar", "aria-label": "Node" });
  const facts = h("dl.facts.line");
  const slots = h("tbody");
  const graphs = h("div.graphs");
  const holds = h("tbody");
  const held = h("section.card.flush", { hidden: true }, h("h2", null, "Holds in its cache"), h("div.scroll", null, h("table", null, h("caption.unseen", null, "Folders of which the cache holds most"),
    h("thead", null, h("tr", null, ...["Folder", "Files", "Size"].map((t, i) => h(`th${i > 0 ? ".number" : ""}`, { scope: "col" }, t)))), holds)));
  const topology = h("div");
  const attributes = h("dl.facts");
  const problem = h("p.banner", { hidden: true, "data-state": "FAILED" });
  let state = "";
  let drawnTopology = "";
  root.append(
    h("div.row.head", null, title, badge, h("span.gap"), actions), problem, facts,
    h("section.card.flush", null, h("h2", null, "Slots"), h("div.scroll", null, h("table.slots", null, h("caption.unseen", null, "Slots"),
      h("thead", null, h("tr", null, ...["Slot", "vCPUs", "Memory", "GPUs", "Does", "Phase"].map((t, i) => h(`th${[1, 2, 3].includes(i) ? ".number" : ""}`, { scope: "col" }, t)))), slots))),
    h("section.card", null, h("h2", null, "Last half hour"), graphs),
    held,
    h("section.card", null, h("h2", null, "Machine"), topology, attributes));
  const stream = follow("node", nodeId, update, (is, failure) => {
    app.live(is, failure);
    if (failure?.status === 404) root.replaceChildren(empty("There is no such node.", failure.message, " ", h("a", { href: "#/nodes" }, "All nodes")));
  });

  function update(now) {
    const { node, machine, status } = now;
    app.title(node.name);
    say(title, node.name);
    say(badge, node.state);
    set(badge, { "data-state": node.state });
    drawActions(node);
    say(problem, node.problem ? `The node takes no work: ${node.problem}.` : "");
    problem.hidden = !node.problem;
    const hits = status ? status.cacheHitBytes : 0;
    const wanted = status ? hits + status.cacheMissBytes : 0;
    const entries = [
      ["Size", machine?.vmSize || "not an Azure size", machine?.spot ? " (spot)" : ""],
      ["Region", [machine?.location, machine?.zone && `zone ${machine.zone}`].filter(Boolean).join(", ")],
      ["Scale set", machine?.scaleSet],
      ["Slots busy", `${node.busy} of ${node.slots}`],
      ["Heard of", now.seenMillis < 10_000 ? "just now" : `${span(now.seenMillis)} ago`],
      ["Registered", moment(now.registeredMillis)],
      ["Release", node.release],
      ["Cache holds", status ? bytes(status.cacheBytes) : "it did not say"],
      ["Cache hits", wanted ? `${Math.round((100 * hits) / wanted)} % of ${bytes(wanted)}` : ""],
      ["Node", node.nodeId],
    ].filter(([, value]) => value);
    keyed(facts, entries, ([name]) => name, ([name]) => h("div", null, h("dt", null, name), h("dd")), (element, [, ...value]) => say(element.children[1], value.join("")));
    drawSlots(now.slots);
    drawHolds(now.holds);
    drawGraphs(graphs, now.history);
    drawMachine(now);
  }

  function drawActions(node) {
    if (node.state === state) return;
    state = node.state;
    if (!app.may("WRANGLER") || state === "lost") {
      actions.replaceChildren();
      return;
    }
    const drains = state === "draining";
    actions.replaceChildren(h("button", { onclick: async (event) => {
      event.target.disabled = true;
      try {
        await post(path("nodes", nodeId, drains ? "resume" : "drain"));
        note(drains ? "The node gets work again." : "The node gets no further work; what it holds goes on.", true);
      } catch (e) {
        note(e.message);
      } finally {
        event.target.disabled = false;
      }
    } }, drains ? "Give it work again" : "Drain"));
  }

  function drawSlots(all) {
    keyed(slots, all, ({ slot }) => slot.id, () => h("tr", null, h("td"), h("td.number"), h("td.number"), h("td.number"), h("td"), h("td")), (row, { slot, tasks }) => {
      const [id, vcpus, memory, gpus, does, phase] = row.children;
      say(id, slot.id);
      say(vcpus, whole(slot.vcpus));
      say(memory, slot.memoryBytes ? bytes(slot.memoryBytes) : "–");
      say(gpus, slot.gpus ? `${slot.gpus}${slot.gpuMemoryBytes ? ` × ${bytes(slot.gpuMemoryBytes)}` : ""}` : "–");
      keyed(does, tasks.length ? tasks : [{ taskId: "idle" }], (t) => `${t.taskId} ${t.attempt}`, (t) => t.attempt === undefined ? h("span.quiet", null, "idle")
        : h("div", null, t.jobId ? h("a", { href: `#/jobs/${t.jobId}?task=${t.taskId}` }, t.jobName) : h("span.quiet", null, "a job of another project"), h("span.quiet", null, t.taskId ? ` ${t.taskId.slice(t.jobId.length)}` : "")), () => {});
      keyed(phase, tasks, (t) => `${t.taskId} ${t.attempt}`, () => h("div.nowrap"), (element, t) => {
        say(element, `${t.phase.toLowerCase()}${t.phaseFraction > 0 ? ` ${Math.round(100 * t.phaseFraction)} %` : ""}`);
        element.title = t.message;
      });
    });
  }

  function drawHolds(folders) {
    held.hidden = folders.length === 0;
    keyed(holds, folders, (f) => f.uri, (f) => h("tr", null, h("td.path", null, f.uri), h("td.number"), h("td.number.nowrap")), (row, f) => {
      say(row.children[1], whole(f.files));
      say(row.children[2], bytes(f.bytes));
    });
  }

  function drawMachine(now) {
    const key = JSON.stringify(now.topology ?? null);
    if (key !== drawnTopology) {
      drawnTopology = key;
      topology.replaceChildren(now.topology ? topologyPicture(now.topology) : h("p.hint", null, "The node did not say what it is made of."));
    }
    keyed(attributes, Object.entries(now.attributes), ([name]) => name, ([name]) => h("div", null, h("dt", null, name.replace(/^attr\./, "")), h("dd")), (element, [, values]) => say(element.children[1], values.join(", ")));
  }

  return { close: () => stream.close() };
}

function drawGraphs(place, history) {
  const known = GRAPHS.map(([title, axis, series]) => [title, axis, series.filter(([name]) => history.series[name]?.some((v) => v >= 0))]).filter(([, , series]) => series.length);
  if (known.length === 0) {
    place.replaceChildren(h("p.hint", null, "The node did not say anything of itself yet; numbers come with its heartbeats."));
    return;
  }
  place.replaceChildren(...known.map(([title, axis, series]) => {
    const spans = 1800 / history.spanSeconds;
    const values = series.map(([name], i) => ({ className: `trace-${i}`, values: history.series[name], spans }));
    const now = series.map(([name, word]) => [word, history.series[name].findLast((v) => v >= 0)]);
    const text = now.map(([word, v]) => `${word} ${axis.form(v)}`).join(", ");
    return h("figure", null, h("h3", null, title), lines({ ...axis, series: values, start: "30 min ago", label: `${title} in the last half hour; now ${text}` }),
      h("figcaption.legend", null, now.map(([word, v], i) => h("span", null, h(`i.trace-${i}`), `${word} `, h("b", null, axis.form(v))))));
  }));
}
