// The fleet: what there is, by size, zone and state, and every node.

import { get } from "./calls.js";
import { empty, h, keyed, say, set } from "./dom.js";
import { bytes, hours, money, sum, whole } from "./text.js";

const EVERY = 3000;
const PAGE = 100;

export function mount(root, app) {
  app.title("Nodes");
  let closed = false;
  let timer = null;
  let shown = PAGE;
  let round = 0;
  const tiles = h("section.tiles", { "aria-label": "At a glance" });
  const groups = h("tbody");
  const groupTable = h("table.groups", null, h("caption.unseen", null, "Groups of nodes"),
    h("thead", null, h("tr", null, ...["Size", "Region and zone", "Scale set", "Ready", "Draining", "Lost", "Slots busy", "An hour"].map((t, i) =>
      h(`th${i > 2 ? ".number" : ""}`, { scope: "col" }, t)))), groups);
  const body = h("tbody");
  const table = h("table.nodes", null, h("caption.unseen", null, "Nodes"),
    h("thead", null, h("tr", null, ...["Node", "State", "Size", "Slots", "CPU", "GPU", "vCPUs", "GPUs", "Cache holds", "Release"].map((t, i) =>
      h(`th${[6, 7, 8].includes(i) ? ".number" : ""}`, { scope: "col" }, t)))), body);
  const name = h("input", { type: "search", placeholder: "name", "aria-label": "Only nodes whose name contains", oninput: again });
  const state = h("select", { "aria-label": "State", onchange: again }, h("option", { value: "" }, "all states"),
    ...["ready", "draining", "lost"].map((s) => h("option", { value: s }, s)));
  const size = h("select", { "aria-label": "Size", onchange: again }, h("option", { value: "" }, "all sizes"));
  const count = h("span.quiet");
  const none = h("div");
  const more = h("button", { onclick: () => { shown += PAGE * 2; load(); } }, "Show more");
  const groupCard = h("section.card.flush", null, h("h2", null, "What there is"), h("div.scroll", null, groupTable));
  root.append(h("h1.unseen", null, "Nodes"), tiles, groupCard,
    h("section.card.flush", null,
      h("div.row.head", null, h("h2", null, "Nodes"), h("span.gap"), count, name, state, size),
      none, h("div.scroll", null, table), h("p.more", null, more)));

  function again() {
    shown = PAGE;
    load();
  }

  async function load() {
    clearTimeout(timer);
    const mine = ++round;
    const query = new URLSearchParams({ limit: String(Math.min(1000, shown)) });
    if (name.value) query.set("name", name.value);
    if (state.value) query.set("state", state.value);
    if (size.value) query.set("size", size.value);
    try {
      const fleet = await get(`/v1/fleet?${query}`);
      if (closed || mine !== round) return;
      app.live(true);
      draw(fleet);
    } catch (e) {
      if (closed || mine !== round) return;
      app.live(false, e);
      none.replaceChildren(empty("The nodes cannot be shown.", e.message));
    }
    timer = setTimeout(load, document.hidden ? 60_000 : EVERY);
  }

  function draw(fleet) {
    const all = fleet.groups;
    const add = (what) => sum(all.map((group) => group[what]));
    drawTiles(tiles, fleet, add);
    keyed(groups, all, (g) => [g.vmSize, g.location, g.zone, g.scaleSet, g.spot].join("|"), () => h("tr", null,
      h("td", null, h("span"), h("span.tag", null, "spot")), h("td"), h("td"), ...Array.from({ length: 5 }, () => h("td.number"))),
    (row, g) => {
      const [sizeCell, zone, set_, ready, draining, lost, busy, price] = row.children;
      say(sizeCell.children[0], g.vmSize || "not an Azure size");
      sizeCell.children[1].hidden = !g.spot;
      say(zone, [g.location, g.zone && `zone ${g.zone}`].filter(Boolean).join(", ") || "–");
      say(set_, g.scaleSet || "–");
      say(ready, whole(g.ready));
      say(draining, whole(g.draining));
      say(lost, whole(g.lost));
      set(lost, { className: g.lost ? "number failed" : "number" });
      say(busy, `${whole(g.busy)} / ${whole(g.slots)}`);
      say(price, g.hourlyPrice === undefined ? "no price" : money(g.hourlyPrice * (g.ready + g.draining), fleet.cost?.currency ?? ""));
    });
    groupCard.hidden = all.length === 0;
    const sizes = [...new Set(all.map((g) => g.vmSize).filter(Boolean))];
    if (size.options.length - 1 !== sizes.length) {
      const before = size.value;
      size.replaceChildren(h("option", { value: "" }, "all sizes"), ...sizes.map((s) => h("option", { value: s }, s)));
      size.value = sizes.includes(before) ? before : "";
    }
    size.hidden = sizes.length < 2;
    const there = add("ready") + add("draining") + add("lost");
    say(count, fleet.matching === there ? `${whole(there)} nodes` : `${whole(fleet.matching)} of ${whole(there)} nodes`);
    none.replaceChildren(...(fleet.nodes.length ? [] : [there
      ? empty("No node is like that.", "Change the filter.")
      : empty("No node has registered.", "Start one with ", h("code", null, "stoker agent --controller URL"), ".")]));
    table.hidden = fleet.nodes.length === 0;
    more.parentElement.hidden = !fleet.next || shown >= 1000;
    keyed(body, fleet.nodes, (node) => node.nodeId, nodeRow, updateNodeRow);
  }

  load();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

function drawTiles(place, fleet, add) {
  const tile = (title, value, detail, warn) => h("div.tile", { "data-warn": warn ? "yes" : null }, h("div.name", null, title), h("div.value", null, value), h("div.detail", null, detail));
  const there = fleet.groups.map((g) => [g, g.ready + g.draining]);
  const priced = there.filter(([g]) => g.hourlyPrice !== undefined);
  const hourly = sum(priced.map(([g, n]) => g.hourlyPrice * n));
  const unpriced = sum(there.filter(([g]) => g.hourlyPrice === undefined).map(([, n]) => n));
  const cost = fleet.cost;
  place.replaceChildren(...[
    tile("Nodes ready", whole(add("ready")), `${whole(add("draining"))} draining · ${whole(add("lost"))} lost`, add("lost") > 0),
    tile("Slots busy", `${whole(add("busy"))} / ${whole(add("slots"))}`, `on nodes that are there`),
    cost && cost.currency ? tile("Costs an hour now", money(hourly, cost.currency), unpriced ? `+ ${whole(unpriced)} nodes without a price` : "by the configured prices") : null,
    cost ? tile("Cost so far today", cost.currency ? money(cost.today.amount, cost.currency) : "unknown",
      cost.currency && cost.today.unpricedHours < 0.005 ? `${hours(cost.today.pricedHours)}` : `${hours(cost.today.unpricedHours)} without a price`) : null,
  ].filter(Boolean));
}

function meter() {
  return h("div.meter", null, h("i"), h("span"));
}

export function updateMeter(element, value, text) {
  element.children[0].style.width = `${Math.max(0, Math.min(100, value ?? 0))}%`;
  say(element.children[1], text);
}

function nodeRow(node) {
  const cells = { link: h("a", { href: `#/nodes/${node.nodeId}` }), state: h("span.badge"), size: h("span"), spot: h("span.tag", null, "spot"), slots: meter(), cpu: meter(), gpu: meter(),
    vcpus: h("td.number"), gpus: h("td.number"), cache: h("td.number"), release: h("td.quiet"), problem: h("div.why") };
  const row = h("tr", null, h("td.title", null, cells.link, cells.problem), h("td", null, cells.state), h("td", null, cells.size, cells.spot), h("td", null, cells.slots), h("td", null, cells.cpu), h("td", null, cells.gpu),
    cells.vcpus, cells.gpus, cells.cache, cells.release);
  row.cells_ = cells;
  return row;
}

function updateNodeRow(row, node) {
  const cells = row.cells_;
  say(cells.link, node.name);
  say(cells.state, node.state);
  set(cells.state, { "data-state": node.state });
  say(cells.size, node.vmSize || "–");
  cells.spot.hidden = !node.spot;
  updateMeter(cells.slots, (100 * node.busy) / Math.max(1, node.slots), `${node.busy} / ${node.slots}`);
  updateMeter(cells.cpu, node.cpuPercent, node.cpuPercent === undefined ? "–" : `${Math.round(node.cpuPercent)} %`);
  updateMeter(cells.gpu, node.gpuPercent, node.gpuPercent === undefined ? "–" : `${Math.round(node.gpuPercent)} %`);
  say(cells.vcpus, whole(node.vcpus));
  say(cells.gpus, whole(node.gpus));
  say(cells.cache, node.cacheBytes ? bytes(node.cacheBytes) : "–");
  say(cells.release, node.release);
  say(cells.problem, node.problem ?? "");
  cells.problem.hidden = !node.problem;
}
