// A job: how it goes, its frame grid, its timeline, what failed, what it made, and what people may do with it.

import { follow, get, path, post } from "./calls.js";
import { announce, confirm, empty, h, keyed, note, say, set, stateBar, updateBar } from "./dom.js";
import { frameGrid, SIZES } from "./grid.js";
import { minimap } from "./minimap.js";
import { gist, hoverCard, latest, taskPanel } from "./task.js";
import { timeline } from "./timeline.js";
import { bytes, hours, LETTER_OF, money, moment, short, span, STATES, sum, taskTitle, total, whole } from "./text.js";

const PAGE = 60;
const COST_EVERY = 10_000;

export function mount(root, app, jobId, params) {
  let job = null;
  let step = -1;
  let view = "frames";
  let labels = { first: null, stride: 0 };
  let refreshing = 0;
  let closed = false;
  let afterTimeline = null;
  const trail = [null];

  const ui = frame();
  const card = hoverCard(jobId);
  const map = minimap({ jobId, onJump: (ordinal) => { grid.reveal(ordinal); grid.refresh(); } });
  const grid = frameGrid({
    jobId,
    label: (index) => (labels.first === null ? String(index) : String(labels.first + labels.stride * index)),
    onOpen: openTask,
    onCursor: async (ordinal, box) => {
      if (ordinal < 0) return card.hide();
      const task = await card.show(ordinal, box);
      if (task) announce(`${taskTitle(task)}: ${gist(task)}`);
    },
    onHover: (ordinal, box) => (ordinal < 0 ? card.hide() : card.show(ordinal, box)),
    onScroll: map.looksAt,
  });
  const panel = taskPanel({ app, jobId, summary: () => job, onClose: closeTask, onChanged: grid.refresh });
  build();
  root.append(ui.page);
  const stream = follow("job", jobId, update, (is, failure) => {
    app.live(is, failure);
    if (failure?.status === 404) gone(failure);
  });
  const costTimer = setInterval(cost, COST_EVERY);
  cost();
  moved(params);

  function frame() {
    const ui = {};
    for (const name of ["title", "facts", "message", "actions", "steps", "counts", "eta", "legend", "body"]) ui[name] = h("div");
    ui.title = h("h1");
    ui.badge = h("span.badge.large");
    ui.message = h("p.banner", { hidden: true });
    ui.bar = stateBar();
    ui.bar.classList.add("tall");
    ui.facts = h("dl.facts.line");
    ui.counts = h("div.legend.states");
    ui.actions = h("div.row.actions", { role: "toolbar", "aria-label": "Job" });
    ui.cost = h("dd", null, "…");
    ui.tabs = h("div.tabs", { role: "tablist", "aria-label": "Views of the job" });
    ui.body = h("div.body");
    ui.left = h("div.main");
    ui.page = h("div.job");
    return ui;
  }

  function build() {
    const sizes = h("div.segmented", { role: "radiogroup", "aria-label": "Cell size" },
      SIZES.map(([name], i) => h("label", null,
        h("input", { type: "radio", name: "size", checked: i === 1, onchange: () => { grid.size(i); ui.left.dataset.size = i; } }), name)));
    ui.next = h("button", { onclick: nextFailure }, "Next failure", h("kbd", null, "n"));
    ui.stepSelect = h("select", { "aria-label": "Step", onchange: () => chooseStep(Number(ui.stepSelect.value)) });
    ui.frames = h("div", { role: "tabpanel" },
      h("div.row.tools", null, ui.stepSelect, sizes, h("span.gap"), ui.next),
      map.element, grid.element, ui.counts);
    ui.timeline = h("div", { role: "tabpanel", hidden: true });
    ui.failures = h("div", { role: "tabpanel", hidden: true });
    ui.outputs = h("div", { role: "tabpanel", hidden: true });
    ui.views = { frames: ui.frames, timeline: ui.timeline, failures: ui.failures, outputs: ui.outputs };
    ui.tabOf = {};
    for (const [name, text] of [["frames", "Frames"], ["timeline", "Timeline"], ["failures", "Failures"], ["outputs", "Outputs"]]) {
      ui.tabOf[name] = h("button", { role: "tab", "aria-selected": name === view, onclick: () => choose(name) }, text);
    }
    ui.tabs.append(...Object.values(ui.tabOf));
    ui.left.append(ui.tabs, ui.frames, ui.timeline, ui.failures, ui.outputs);
    panel.element.hidden = true;
    ui.page.append(
      h("div.row.head", null, ui.title, ui.badge, h("span.gap"), ui.actions),
      ui.message, ui.bar, ui.facts, ui.steps, h("div.work", null, ui.left, panel.element));
    document.addEventListener("keydown", keys);
  }

  function keys(event) {
    if (event.target.closest("input, select, textarea, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "n" && view === "frames") nextFailure();
    if (event.key === "Escape" && !panel.element.hidden) closeTask();
  }

  function gone(failure) {
    root.replaceChildren(empty("There is no such job.", failure.message, " ", h("a", { href: "#/jobs" }, "All jobs")));
  }

  // --- what the stream tells -----------------------------------------------------------------------------------------

  function update(now) {
    const first = job === null;
    job = now.job;
    app.title(job.name);
    say(ui.title, job.name);
    say(ui.badge, job.state.toLowerCase());
    set(ui.badge, { "data-state": job.state });
    say(ui.message, job.message);
    set(ui.message, { hidden: !job.message, "data-state": job.state });
    drawSteps();
    drawFacts(now);
    if (job.archived) {
      archived();
      return;
    }
    drawActions();
    if (first) begin();
    grid.running(now.running);
    // Everything else is read anew, but never more often than the controller is quick.
    const due = Date.now() - refreshing;
    if (due > 1000) refresh();
    else if (refreshing) setTimeout(() => !closed && Date.now() - refreshing > 900 && refresh(), 1000 - due);
  }

  /** Of a job that ended long ago its counts are all there is. */
  function archived() {
    clearInterval(costTimer);
    say(ui.cost, "–");
    ui.actions.replaceChildren();
    panel.element.hidden = true;
    ui.tabs.hidden = true;
    for (const element of Object.values(ui.views)) element.hidden = true;
    ui.left.querySelector(".empty")?.remove();
    ui.left.append(empty("This job is archived.", "It ended long ago: its counts are kept; its tasks, logs, pictures and list of outputs are not."));
  }

  function begin() {
    const open = job.steps.findIndex((s) => total(s.tasks) > (s.tasks.SUCCEEDED ?? 0));
    ui.stepSelect.replaceChildren(...job.steps.map((s, i) => h("option", { value: String(i) }, s.name)));
    ui.stepSelect.hidden = job.steps.length < 2;
    const wanted = ordinalOf(new URLSearchParams(location.hash.split("?")[1] ?? "").get("task"));
    chooseStep(wanted >= 0 ? stepOf(wanted) : Math.max(0, open));
  }

  function refresh() {
    refreshing = Date.now();
    grid.refresh();
    map.refresh();
    if (!panel.element.hidden) panel.refresh();
    if (view === "timeline") drawTimeline();
    if (view === "failures") drawFailures();
  }

  function firsts() {
    let first = 0;
    return job.steps.map((s) => {
      const at = first;
      first += total(s.tasks);
      return at;
    });
  }

  function stepOf(ordinal) {
    return Math.max(0, firsts().findLastIndex((first) => first <= ordinal));
  }

  function ordinalOf(taskId) {
    return taskId?.startsWith(`${jobId}-`) ? Number(taskId.slice(jobId.length + 1)) : -1;
  }

  async function chooseStep(index) {
    if (index === step) return;
    step = index;
    ui.stepSelect.value = String(index);
    const first = firsts()[index];
    const count = total(job.steps[index].tasks);
    labels = { first: null, stride: 0 };
    const range = { first, count, name: job.steps[index].name };
    grid.show(range);
    map.show(range);
    keyed(ui.counts, [], (x) => x, () => null, () => {});
    drawCounts();
    await learnLabels(first, count, index);
  }

  /** Frames mostly count up evenly, so two of them and the last say what all are called. */
  async function learnLabels(first, count, index) {
    const one = async (ordinal) => (await get(path("jobs", jobId, "tasks", `${jobId}-${ordinal}`))).parameters;
    try {
      const [a, b, z] = await Promise.all([one(first), one(first + Math.min(1, count - 1)), one(first + count - 1)]);
      const names = Object.keys(a);
      const [from, next, to] = [a, b, z].map((p) => Number(p[names[0]]));
      if (names.length === 1 && Number.isInteger(from) && to === from + (next - from) * (count - 1) && index === step) {
        labels = { first: from, stride: next - from };
        grid.refresh();
      }
    } catch {
      // Places serve as well.
    }
  }

  function drawSteps() {
    ui.steps.hidden = job.steps.length < 2;
    ui.steps.className = "steps";
    keyed(ui.steps, job.steps, (s) => s.name, () => h("button.plain.step", null, h("span"), h("span.quiet"), stateBar()), (element, s) => {
      const counts = lettersOf(s.tasks);
      say(element.children[0], s.name);
      say(element.children[1], `${short(counts.s ?? 0)} / ${short(total(s.tasks))}`);
      updateBar(element.children[2], counts, STATES);
      element.onclick = () => { choose("frames"); chooseStep(job.steps.findIndex((one) => one.name === s.name)); };
    });
    const all = {};
    for (const s of job.steps) for (const [letter, n] of Object.entries(lettersOf(s.tasks))) all[letter] = (all[letter] ?? 0) + n;
    updateBar(ui.bar, all, STATES);
    ui.all = all;
    drawCounts();
    ui.next.disabled = !(all.f > 0);
    say(ui.tabOf.failures, all.f ? `Failures ${whole(all.f)}` : "Failures");
  }

  function drawCounts() {
    if (step < 0 || job.archived) return;
    const counts = lettersOf(job.steps[step].tasks);
    // Which ready tasks failed before only the grid knows, and only of what it was shown.
    keyed(ui.counts, STATES.filter(([letter]) => counts[letter] > 0 || (letter === "e" && grid.holds("e"))), ([letter]) => letter,
      ([letter, , word]) => h("span", null, h(`i.key.key-${letter}`, { "aria-hidden": "true" }), h("b"), ` ${word}`),
      (element, [letter]) => say(element.children[1], counts[letter] > 0 ? whole(counts[letter]) : ""));
  }

  function drawFacts(now) {
    const all = ui.all;
    const count = sum(Object.values(all));
    const done = all.s ?? 0;
    const elapsed = (job.endedMillis ?? Date.now()) - job.submittedMillis;
    const left = count - done - (all.f ?? 0) - (all.x ?? 0);
    const eta = !job.endedMillis && done >= 3 && now.runningTotal > 0 ? `about ${span((elapsed / done) * left)}` : null;
    const nodes = new Set(now.running.map((one) => one.nodeName)).size;
    const entries = [
      ["Done", `${whole(done)} of ${whole(count)}`],
      ["Running", now.runningTotal ? `${whole(now.runningTotal)} on ${whole(nodes)}${now.running.length < now.runningTotal ? "+" : ""} ${nodes === 1 ? "node" : "nodes"}` : "–"],
      [job.endedMillis ? "Took" : "Since submitted", span(elapsed)],
      ["Left", eta ?? "–"],
      ["Project", job.project],
      ["By", job.submitter || "–"],
      ["Job", job.jobId],
    ];
    keyed(ui.facts, [...entries, ["Cost", null]], ([name]) => name,
      ([name]) => h("div", null, h("dt", null, name), name === "Cost" ? ui.cost : h("dd")),
      (element, [name, value]) => { if (name !== "Cost") say(element.children[1], value); });
    ui.facts.title = `Submitted ${moment(job.submittedMillis)}`;
  }

  async function cost() {
    try {
      const spent = await get(path("jobs", jobId, "cost"));
      if (job?.archived) return;
      say(ui.cost, !spent.currency || spent.unpricedHours >= spent.nodeHours ? `${hours(spent.nodeHours)}, no price` :
        money(spent.amount, spent.currency) + (spent.unpricedHours >= 0.005 ? ` + ${hours(spent.unpricedHours)}` : ""));
    } catch {
      say(ui.cost, "–");
    }
  }

  // --- what people may do --------------------------------------------------------------------------------------------

  function drawActions() {
    const may = app.mayChange(job);
    const over = Boolean(job.endedMillis);
    const ended = (ui.all.f ?? 0) + (ui.all.x ?? 0);
    const key = [may, over, job.state, ended > 0, job.priority].join();
    if (key === ui.actionsKey || ui.actions.contains(document.activeElement) && ui.actionsKey?.startsWith(`${may},${over},${job.state},${ended > 0}`)) return;
    ui.actionsKey = key;
    if (!may) {
      ui.actions.replaceChildren(h("span.quiet", null, `priority ${job.priority}`));
      return;
    }
    const button = (text, action, className = "") => h(`button${className}`, { onclick: (event) => act(event.target, action) }, text);
    ui.actions.replaceChildren(...[
      over ? null : priority(),
      over ? null : job.state === "SUSPENDED" ? button("Resume", () => change("resume")) : button("Suspend", () => change("suspend")),
      ended > 0 ? button(`Retry ${whole(ended)} failed or canceled`, () => change("retry", { tasks: [] })) : null,
      over ? null : button("Cancel job", cancel, ".danger"),
    ].filter(Boolean));
  }

  function priority() {
    const field = h("input", { type: "number", min: 0, max: 100, value: String(job.priority), onchange: () => {
      if (field.checkValidity()) act(field, () => change("priority", { priority: Number(field.value) }));
    } });
    return h("label.inline", null, "Priority", field);
  }

  async function act(control, action) {
    control.disabled = true;
    try {
      await action();
    } catch (e) {
      note(e.message);
    } finally {
      control.disabled = false;
    }
  }

  function change(action, body) {
    return post(path("jobs", jobId, action), body);
  }

  async function cancel() {
    const open = (ui.all.r ?? 0) + (ui.all.w ?? 0) + (ui.all.e ?? 0) + (ui.all.l ?? 0);
    if (await confirm(`Cancel ${job.name}?`, `${whole(open)} tasks will not be rendered, ${whole(ui.all.l ?? 0)} of them are running now. What is done stays.`, "Cancel the job")) {
      await change("cancel");
    }
  }

  // --- tasks ---------------------------------------------------------------------------------------------------------

  function openTask(ordinal) {
    card.hide();
    location.hash = `#/jobs/${jobId}?task=${jobId}-${ordinal}`;
  }

  function closeTask() {
    location.hash = `#/jobs/${jobId}`;
    grid.focus();
  }

  function moved(next) {
    if (job?.archived) return;
    const ordinal = ordinalOf(next.get("task"));
    panel.element.hidden = ordinal < 0;
    ui.page.classList.toggle("split-open", ordinal >= 0);
    grid.select(ordinal);
    if (ordinal < 0) {
      panel.close();
      return;
    }
    if (job && stepOf(ordinal) !== step) chooseStep(stepOf(ordinal)).then(() => grid.select(ordinal));
    panel.open(ordinal).then(() => panel.element.scrollIntoView({ block: "nearest" }));
  }

  async function nextFailure() {
    const at = ordinalOf(new URLSearchParams(location.hash.split("?")[1] ?? "").get("task"));
    try {
      const find = async (from) => (await get(`${path("jobs", jobId, "failed")}?from=${from}&limit=1`)).tasks[0];
      const task = (await find(at + 1)) ?? (await find(0));
      if (task) openTask(ordinalOf(task.taskId));
      else announce("No task has failed.");
    } catch (e) {
      note(e.message);
    }
  }

  // --- the other views -----------------------------------------------------------------------------------------------

  function choose(name) {
    if (job?.archived) return;
    view = name;
    for (const [key, element] of Object.entries(ui.views)) element.hidden = key !== name;
    for (const [key, tab] of Object.entries(ui.tabOf)) set(tab, { "aria-selected": key === name });
    if (name === "timeline") drawTimeline();
    if (name === "failures") drawFailures();
    if (name === "outputs") drawOutputs(null);
  }

  async function drawTimeline() {
    try {
      const limit = `limit=${PAGE}${afterTimeline ? `&after=${encodeURIComponent(afterTimeline)}` : ""}`;
      const page = await get(`${path("jobs", jobId, "tasks")}?${limit}`);
      const rows = page.tasks.flatMap((task) => task.attempts.map((attempt) => (
        { title: taskTitle(task), attempt, onclick: () => openTask(ordinalOf(task.taskId)) })));
      if (ui.timeline.contains(document.activeElement) && document.activeElement.matches(".timeline-name")) return;
      ui.timeline.replaceChildren(
        h("div.row.tools", null,
          h("span.quiet", null, page.tasks.length ? `${taskTitle(page.tasks[0])} to ${taskTitle(page.tasks.at(-1))}` : ""),
          h("span.gap"),
          h("button", { disabled: trail.length < 2, onclick: () => { trail.pop(); afterTimeline = trail.at(-1); drawTimeline(); } }, "Earlier tasks"),
          h("button", { disabled: !page.next, onclick: () => { afterTimeline = page.next; trail.push(afterTimeline); drawTimeline(); } }, "Later tasks")),
        rows.length ? timeline(rows) : empty("None of these tasks has started.", "A row appears with each attempt."));
    } catch (e) {
      ui.timeline.replaceChildren(empty("The timeline cannot be shown.", e.message));
    }
  }

  async function drawFailures() {
    try {
      const page = await get(`${path("jobs", jobId, "failed")}?limit=200`);
      if (page.tasks.length === 0) {
        ui.failures.replaceChildren(empty("No task has failed for good.", "A task fails for good when it is out of attempts."));
        return;
      }
      ui.failures.replaceChildren(h("table", null,
        h("thead", null, h("tr", null, ...["Task", "Step", "Attempts", "Last on", "It said"].map((t) => h("th", { scope: "col" }, t)))),
        h("tbody", null, page.tasks.map((task) => h("tr", null,
          h("td.nowrap", null, h("a", { href: `#/jobs/${jobId}?task=${task.taskId}` }, taskTitle(task))),
          h("td", null, task.stepName), h("td.number", null, task.attempts.length),
          h("td", null, latest(task)?.nodeName ?? ""), h("td", null, latest(task)?.message ?? ""))))),
      page.next ? h("p.hint", null, "The first 200 are shown.") : "");
    } catch (e) {
      ui.failures.replaceChildren(empty("The failures cannot be shown.", e.message));
    }
  }

  async function drawOutputs(after) {
    try {
      const page = await get(`${path("jobs", jobId, "outputs")}?limit=200${after ? `&after=${encodeURIComponent(after)}` : ""}`);
      const rows = page.outputs.map((out) => h("tr", null,
        h("td.path", null, out.destination), h("td.number.nowrap", null, bytes(out.lengthBytes)),
        h("td", null, out.visible ? "published" : "being published")));
      if (!after) {
        ui.outputRows = h("tbody");
        ui.outputs.replaceChildren(rows.length === 0
          ? empty("Nothing is published yet.", "Files appear here once their task is granted its commit.")
          : h("table", null, h("thead", null, h("tr", null, h("th", { scope: "col" }, "File"), h("th.number", { scope: "col" }, "Size"), h("th", { scope: "col" }, "State"))), ui.outputRows));
      }
      ui.outputRows.append(...rows);
      ui.outputs.querySelector(".more")?.remove();
      if (page.next) ui.outputs.append(h("p.more", null, h("button", { onclick: () => drawOutputs(page.next) }, "Load more")));
    } catch (e) {
      note(e.message);
    }
  }

  return {
    moved,
    close() {
      closed = true;
      stream.close();
      clearInterval(costTimer);
      document.removeEventListener("keydown", keys);
      grid.close();
      card.close();
      panel.close();
    },
  };
}

function lettersOf(tasks) {
  return Object.fromEntries(Object.entries(tasks).map(([state, count]) => [LETTER_OF[state], count]));
}
