// The farm at a glance.

import { follow } from "./calls.js";
import { columns, spark } from "./chart.js";
import { empty, h, keyed, say, set, stateBar, updateBar } from "./dom.js";
import { ago, bytes, hours, LETTER_OF, money, percent, short, span, STATES, sum, total, whole } from "./text.js";

export function mount(root, app) {
  app.title("Overview");
  const tiles = Object.fromEntries(["jobs", "tasks", "nodes", "rate", "cache", "cost"].map((name) => [name, tile()]));
  const queue = jobTable("Queue", true);
  const done = jobTable("Ended last", false);
  const throughput = h("figure");
  const traffic = h("figure");
  const sizes = h("div");
  root.append(
    h("h1.unseen", null, "Overview"),
    h("section.tiles", { "aria-label": "At a glance" }, Object.values(tiles).map((t) => t.element)),
    h("div.split", null,
      h("div", null, queue.element, done.element),
      h("aside", { "aria-label": "The last hour" },
        h("section.card", null, h("h2", null, "Tasks a minute"), throughput),
        h("section.card", null, h("h2", null, "Input, by where it came from"), traffic),
        h("section.card", null, h("h2", null, "Cost by size of machine, 30 days"), sizes))));

  function update(now) {
    tellTiles(tiles, now);
    const ended = now.queue.filter((job) => job.endedMillis);
    queue.update(now.queue.filter((job) => !job.endedMillis), sum(["QUEUED", "RUNNING", "SUSPENDED"].map((s) => now.jobs[s] ?? 0)));
    done.update(ended, sum(["SUCCEEDED", "FAILED", "CANCELED"].map((s) => now.jobs[s] ?? 0)));
    drawHour(throughput, traffic, now.traffic);
    drawSizes(sizes, now.cost);
  }

  const stream = follow("overview", "", update, app.live);
  return { close: () => stream.close() };
}

function tile() {
  const name = h("div.name");
  const value = h("div.value", null, "–");
  const detail = h("div.detail");
  const picture = h("div.picture");
  return { element: h("div.tile", null, name, value, detail, picture), name, value, detail, picture };
}

function tell({ name, value, detail, picture }, title, number, text, graph) {
  say(name, title);
  say(value, number);
  say(detail, text);
  if (graph) picture.replaceChildren(graph);
}

/** What the cache spared of all input; the last hour, since attempts report it when they end. */
function hitRate(traffic) {
  const cached = sum(traffic.cachedBytes);
  return [cached, cached + sum(traffic.originBytes)];
}

function tellTiles(tiles, now) {
  const jobs = (state) => now.jobs[state] ?? 0;
  const tasks = (state) => now.tasks[state] ?? 0;
  const { nodes, traffic, cost } = now;
  tell(tiles.jobs, "Jobs running", whole(jobs("RUNNING")), `${whole(jobs("QUEUED"))} queued · ${whole(jobs("SUSPENDED"))} suspended`);
  tell(tiles.tasks, "Tasks running", whole(tasks("LEASED") + tasks("COMMITTED")), `${short(tasks("READY"))} ready · ${short(tasks("WAITING"))} waiting`);
  tell(tiles.nodes, "Slots busy", `${whole(nodes.busy)} / ${whole(nodes.slots)}`,
    `${whole(nodes.ready)} nodes ready${nodes.draining ? ` · ${whole(nodes.draining)} draining` : ""}${nodes.lost ? ` · ${whole(nodes.lost)} lost` : ""}`);
  set(tiles.nodes.element, { "data-warn": nodes.lost > 0 ? "yes" : null });
  // The last minute is not over; the five before it are.
  const recent = traffic.succeeded.slice(-6, -1);
  const minutes = Math.max(1, recent.length);
  const rate = recent.length ? sum(recent) / minutes : sum(traffic.succeeded);
  tell(tiles.rate, "Tasks done a minute", rate >= 100 ? whole(Math.round(rate)) : rate.toFixed(1),
    `${short(sum(traffic.succeeded))} done, ${short(sum(traffic.failed))} attempts failed in the last hour`,
    spark(traffic.succeeded, "Tasks done, minute by minute"));
  const [cached, all] = hitRate(traffic);
  tell(tiles.cache, "Cache hit rate", percent(cached, all),
    all ? `${bytes(cached)} of ${bytes(all)} of input was on the node` : `no input in the last hour · caches hold ${bytes(nodes.cacheBytes)}`);
  if (!cost) tell(tiles.cost, "Cost", "–", "shown to tokens that see all projects");
  else if (!cost.currency) tell(tiles.cost, "Cost so far today", "unknown", `${hours(cost.today.unpricedHours)} today; set prices in stoker.yaml`);
  else tell(tiles.cost, "Cost so far today", money(cost.today.amount, cost.currency),
    `${money(cost.month.amount, cost.currency)} in 30 days${cost.month.unpricedHours > 0.005 ? ` + ${hours(cost.month.unpricedHours)} without a price` : ""}`);
}

export function letters(tasks) {
  return Object.fromEntries(Object.entries(tasks).map(([state, count]) => [LETTER_OF[state], count]));
}

function jobTable(title, open) {
  const body = h("tbody");
  const more = h("p.more");
  const none = open
    ? empty("Nothing is queued.", "Submit a job with ", h("code", null, "stoker submit template.yaml"), " and it shows up here.")
    : empty("No job has ended yet.");
  const table = h("table.jobs", null,
    h("caption.unseen", null, title),
    h("thead", null, h("tr", null, ...["Pri", "Job", "Project", "State", "Progress", "Done", open ? "Submitted" : "Took"].map((t, i) =>
      h(`th${[0, 5].includes(i) ? ".number" : ""}`, { scope: "col" }, t)))),
    body);
  const element = h("section.card.flush", null, h("h2", null, title), none, h("div.scroll", null, table), more);
  return {
    element,
    update(jobs, all) {
      none.hidden = jobs.length > 0;
      table.hidden = jobs.length === 0;
      say(more, all > jobs.length ? `${whole(all - jobs.length)} more: ` : "");
      if (all > jobs.length) more.append(h("a", { href: "#/jobs" }, "all jobs"));
      keyed(body, jobs, (job) => job.jobId, jobRow, updateJobRow);
    },
  };
}

/** A row for a job line; shared with the list of all jobs. */
export function jobRow(job) {
  const cells = {
    priority: h("td.number.quiet"),
    link: h("a", { href: `#/jobs/${job.jobId}` }),
    whose: h("td.whose"),
    state: h("span.badge"),
    bar: stateBar(),
    done: h("td.number"),
    when: h("td.quiet.nowrap"),
    why: h("div.why"),
  };
  const row = h("tr", null, cells.priority, h("td.title", null, cells.link, cells.why), cells.whose, h("td", null, cells.state),
    h("td.progress", null, cells.bar), cells.done, cells.when);
  row.cells_ = cells;
  return row;
}

export function updateJobRow(row, job) {
  const cells = row.cells_;
  const counts = letters(job.tasks);
  const all = total(job.tasks);
  say(cells.priority, job.priority);
  say(cells.link, job.name);
  say(cells.whose, [job.project, job.submitter].filter(Boolean).join(" · "));
  say(cells.state, job.state.toLowerCase());
  set(cells.state, { "data-state": job.state });
  updateBar(cells.bar, counts, STATES);
  say(cells.done, `${short(counts.s ?? 0)} / ${short(all)}`);
  say(cells.why, job.message);
  set(cells.why, { title: job.message, hidden: !job.message });
  say(cells.when, job.endedMillis ? `${span(job.endedMillis - job.submittedMillis)}, ${ago(job.endedMillis)}` : ago(job.submittedMillis));
}

function drawHour(throughput, traffic, hour) {
  const minutes = hour.succeeded.length;
  const start = `${minutes === 60 ? 60 : minutes} min ago`;
  throughput.replaceChildren(
    columns({
      series: [{ className: "col-s", values: hour.succeeded }, { className: "col-f", values: hour.failed }],
      form: (v) => short(v), start: "60 min ago", end: "now", least: 4,
      label: `Tasks done and attempts failed in the last ${start.replace(" ago", "")}, minute by minute: ${sum(hour.succeeded)} done, ${sum(hour.failed)} failed`,
    }),
    legend([["col-s", "done"], ["col-f", "failed attempts"]]));
  traffic.replaceChildren(
    columns({
      series: [{ className: "col-cached", values: hour.cachedBytes }, { className: "col-origin", values: hour.originBytes }],
      form: bytes, start: "60 min ago", end: "now", binary: true, least: 1 << 20,
      label: `Input of attempts that ended in the last hour: ${bytes(sum(hour.cachedBytes))} from caches, ${bytes(sum(hour.originBytes))} from origins`,
    }),
    legend([["col-cached", "cache"], ["col-origin", "origin"]]));
}

function legend(entries) {
  return h("figcaption.legend", null, entries.map(([name, text]) => h("span", null, h(`i.${name}`), text)));
}

function drawSizes(place, cost) {
  if (!cost) {
    place.replaceChildren(h("p.hint", null, "Shown to tokens that see all projects."));
    return;
  }
  if (cost.sizes.length === 0) {
    place.replaceChildren(h("p.hint", null, "No node was here for a whole minute yet."));
    return;
  }
  place.replaceChildren(
    h("div.scroll", null, h("table", null,
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "Size"), h("th.number", { scope: "col" }, "Hours"), h("th.number", { scope: "col" }, "Cost"))),
      h("tbody", null, cost.sizes.map((size) =>
        h("tr", null,
          h("td", null, size.vmSize || "not an Azure size", size.spot ? h("span.tag", null, "spot") : null),
          h("td.number", null, size.hours.toFixed(size.hours < 100 ? 2 : 0)),
          h("td.number", null, size.hourlyPrice === undefined ? "no price" : money(size.hours * size.hourlyPrice, cost.currency))))))),
    ...(cost.currency ? [] : [h("p.hint", null, "Set ", h("code", null, "prices"), " in the controller's stoker.yaml to see money here.")]));
}
