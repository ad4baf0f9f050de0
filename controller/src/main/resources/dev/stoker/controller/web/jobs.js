// All jobs, newest first, with a filter.

import { get } from "./calls.js";
import { empty, h, keyed, note, say } from "./dom.js";
import { jobRow, updateJobRow } from "./overview.js";
import { whole } from "./text.js";

const EVERY = 5000;
const STEP = 200;
const MOST = 1000;

export function mount(root, app) {
  app.title("Jobs");
  let limit = STEP;
  let jobs = [];
  let closed = false;
  let timer = null;
  const body = h("tbody");
  const filter = h("input", { type: "search", placeholder: "name, project, person or id", "aria-label": "Show only jobs with", oninput: draw });
  const state = h("select", { "aria-label": "State", onchange: draw },
    h("option", { value: "" }, "all states"),
    ...["QUEUED", "RUNNING", "SUSPENDED", "SUCCEEDED", "FAILED", "CANCELED"].map((s) => h("option", { value: s }, s.toLowerCase())));
  const count = h("span.quiet");
  const none = h("div");
  const more = h("button", { onclick: () => { limit = Math.min(MOST, limit * 2); load(); } }, "Load older ones");
  const table = h("table.jobs", null,
    h("caption.unseen", null, "Jobs"),
    h("thead", null, h("tr", null, ...["Pri", "Job", "Project", "State", "Progress", "Done", "When"].map((t, i) =>
      h(`th${[0, 5].includes(i) ? ".number" : ""}`, { scope: "col" }, t)))),
    body);
  root.append(h("section.card.flush", null,
    h("div.row.head", null, h("h1", null, "Jobs"), h("span.gap"), count, filter, state),
    none, h("div.scroll", null, table), h("p.more", null, more)));

  async function load() {
    clearTimeout(timer);
    try {
      jobs = (await get(`/v1/jobs?limit=${limit}`)).jobs;
      app.live(true);
      draw();
    } catch (e) {
      app.live(false, e);
      if (!closed && e.status) note(e.message);
    }
    if (!closed) timer = setTimeout(load, document.hidden ? 60_000 : EVERY);
  }

  function draw() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = jobs.filter((job) => {
      const text = [job.name, job.project, job.submitter, job.jobId].join(" ").toLowerCase();
      return (!state.value || job.state === state.value) && words.every((word) => text.includes(word));
    });
    say(count, shown.length === jobs.length ? `${whole(jobs.length)} jobs` : `${whole(shown.length)} of ${whole(jobs.length)} jobs`);
    none.replaceChildren(...(shown.length ? [] : [jobs.length
      ? empty("No job is like that.", "Change the filter, or load older ones.")
      : empty("There are no jobs.", "Submit one with ", h("code", null, "stoker submit template.yaml"), ".")]));
    table.hidden = shown.length === 0;
    more.parentElement.hidden = jobs.length < limit || limit >= MOST;
    keyed(body, shown.map(line), (job) => job.jobId, jobRow, updateJobRow);
  }

  load();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** A summary with the tasks of all steps together. */
function line(job) {
  const tasks = {};
  for (const step of job.steps) for (const [state, n] of Object.entries(step.tasks)) tasks[state] = (tasks[state] ?? 0) + n;
  return { ...job, tasks };
}
