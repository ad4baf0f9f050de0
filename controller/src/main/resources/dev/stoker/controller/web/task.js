// One task: its pictures, attempts, what they did when, their logs, and why it waits.

import { get, path, picture, post } from "./calls.js";
import { h, note, say, set } from "./dom.js";
import { logView } from "./log.js";
import { spansOf, timeline } from "./timeline.js";
import { bytes, LETTER_OF, moment, span, taskTitle, WORD_OF } from "./text.js";

export const stateWord = (task) => WORD_OF[LETTER_OF[task.state]];

/** The last attempt, null before the first. */
export const latest = (task) => task.attempts.at(-1) ?? null;

/** One line on how a task goes. */
export function gist(task) {
  const attempt = latest(task);
  if (!attempt) return stateWord(task);
  const where = attempt.nodeName ? ` on ${attempt.nodeName}` : "";
  if (!attempt.endedMillis) {
    const part = attempt.phaseFraction > 0 ? ` ${Math.round(100 * attempt.phaseFraction)} %` : "";
    return `${(attempt.phase ?? "queued").toLowerCase()}${part}${where}`;
  }
  return `${stateWord(task)}${where}, ${span(attempt.endedMillis - attempt.startedMillis)}`;
}

/** The card beside the pointer or the cursor. */
export function hoverCard(jobId) {
  const title = h("strong");
  const badge = h("span.badge");
  const line = h("p");
  const why = h("p.why");
  const image = h("img", { alt: "", hidden: true });
  const element = h("div.hover", { hidden: true, "aria-hidden": "true" }, image, h("div.row", null, title, badge), line, why);
  document.body.append(element);
  let abort = null;
  let url = null;

  function hide() {
    abort?.abort();
    element.hidden = true;
    drop();
  }

  function drop() {
    if (url) URL.revokeObjectURL(url);
    url = null;
    image.hidden = true;
  }

  function place(box) {
    element.hidden = false;
    const { offsetWidth: w, offsetHeight: t } = element;
    const left = Math.max(8, Math.min(innerWidth - w - 8, box.left));
    const below = box.bottom + 8 + t < innerHeight;
    element.style.left = `${left}px`;
    element.style.top = `${below ? box.bottom + 8 : Math.max(8, box.top - t - 8)}px`;
  }

  /** Shows a task's card; resolves to the task. */
  async function show(ordinal, box) {
    abort?.abort();
    abort = new AbortController();
    const { signal } = abort;
    await new Promise((resolve) => setTimeout(resolve, 90));
    if (signal.aborted) return null;
    const taskId = `${jobId}-${ordinal}`;
    try {
      const task = await get(path("jobs", jobId, "tasks", taskId), { signal });
      say(title, taskTitle(task));
      say(badge, stateWord(task));
      set(badge, { "data-state": task.state });
      say(line, gist(task));
      say(why, latest(task)?.message ?? "");
      drop();
      place(box);
      if (task.thumbnails > 0) {
        const blob = await picture(path("jobs", jobId, "tasks", taskId, "thumbnail"), signal);
        if (blob && !signal.aborted) {
          url = URL.createObjectURL(blob);
          image.src = url;
          image.hidden = false;
          await image.decode().catch(() => {});
          if (!signal.aborted) place(box);
        }
      }
      return task;
    } catch {
      return null;
    }
  }

  return { show, hide, close: () => { hide(); element.remove(); } };
}

/** The panel of a task that was opened. */
export function taskPanel({ app, jobId, summary, onClose, onChanged }) {
  const element = h("aside.panel", { tabIndex: -1 });
  let taskId = null;
  let task = null;
  let chosen = 0;
  let log = null;
  let logOf = "";
  let urls = [];
  let parts = null;
  let shownPictures = "";

  function build() {
    parts = {
      title: h("h2"), badge: h("span.badge"), pictures: h("div.pictures"), facts: h("dl.facts"), why: h("ul.reasons"),
      attempts: h("div.tabs", { role: "tablist", "aria-label": "Attempts" }), line: h("div"), log: h("div"),
      retry: h("button", { onclick: retry, hidden: true }, "Render again"),
    };
    element.replaceChildren(
      h("div.row.head", null, parts.title, parts.badge, h("span.gap"), parts.retry, h("button.plain", { "aria-label": "Close the task", onclick: onClose }, "✕")),
      parts.pictures, parts.facts, parts.why, parts.attempts, parts.line, parts.log);
  }

  async function open(ordinal) {
    const id = `${jobId}-${ordinal}`;
    if (id !== taskId) {
      end();
      taskId = id;
      chosen = 0;
      build();
    }
    await refresh();
  }

  async function refresh() {
    if (!taskId) return;
    const asked = taskId;
    try {
      const found = await get(path("jobs", jobId, "tasks", asked));
      if (asked !== taskId) return;
      task = found;
      draw();
      const waits = task.state === "READY" || task.state === "WAITING";
      const reasons = waits ? (await get(path("jobs", jobId, "tasks", asked, "why"))).reasons : [];
      if (asked === taskId) parts.why.replaceChildren(...reasons.map((reason) => h("li", null, reason)));
    } catch (e) {
      if (asked === taskId && e.status === 404) {
        say(parts.title, "There is no such task.");
      }
    }
  }

  function draw() {
    say(parts.title, taskTitle(task));
    say(parts.badge, stateWord(task));
    set(parts.badge, { "data-state": task.state });
    set(element, { "aria-label": `Task ${taskTitle(task)}` });
    parts.retry.hidden = task.state !== "SUCCEEDED" || !app.mayChange(summary());
    drawAttempts();
    drawPictures();
  }

  function drawAttempts() {
    const attempts = task.attempts;
    const attempt = attempts.find((one) => one.attempt === chosen) ?? attempts.at(-1);
    parts.attempts.hidden = attempts.length < 2;
    parts.attempts.replaceChildren(...attempts.map((one) =>
      h("button", { role: "tab", "aria-selected": one === attempt, onclick: () => { chosen = one.attempt; draw(); } },
        `Attempt ${one.attempt}`, one.outcome === "FAILED" ? h("b.failed", null, " ✕") : null)));
    if (!attempt) {
      parts.facts.replaceChildren(fact("Task", task.taskId), fact("Step", task.stepName));
      parts.line.replaceChildren();
      return;
    }
    parts.facts.replaceChildren(...facts(attempt));
    parts.line.replaceChildren(timeline([{ title: "Attempt", attempt, onclick: () => {} }]));
    const key = `${task.taskId} ${attempt.attempt}`;
    if (key !== logOf) {
      log?.close();
      logOf = key;
      log = logView({ jobId, taskId: task.taskId, attempt: attempt.attempt, isRunning: () => runs(attempt.attempt) });
      parts.log.replaceChildren(log.element);
    }
  }

  const runs = (number) => !task?.attempts.find((one) => one.attempt === number)?.endedMillis;

  function fact(name, ...value) {
    return h("div", null, h("dt", null, name), h("dd", null, ...value));
  }

  function facts(attempt) {
    const spans = spansOf(attempt);
    const inputs = attempt.originBytes + attempt.cachedBytes;
    return [
      fact("Task", task.taskId),
      fact("Step", task.stepName),
      fact("Node", attempt.nodeName || "–"),
      fact("Started", moment(attempt.startedMillis)),
      fact("Took", span(Math.max(...spans.map((s) => s.end)) - attempt.startedMillis), attempt.endedMillis ? "" : " so far"),
      !attempt.endedMillis ? fact("Now", gist(task)) : null,
      inputs > 0 ? fact("Input", `${bytes(inputs)}, ${Math.round((100 * attempt.cachedBytes) / inputs)} % from the cache`)
        : attempt.bytesTotal > 0 ? fact("Input", `${bytes(attempt.bytesDone)} of ${bytes(attempt.bytesTotal)}`) : null,
      attempt.usage ? fact("Memory", `${bytes(attempt.usage.memoryBytes)} now, ${bytes(attempt.usage.peakMemoryBytes)} at most`) : null,
      attempt.usage ? fact("CPU", `${span(attempt.usage.cpuSeconds * 1000)}${attempt.endedMillis ? "" : `, ${attempt.usage.cpus.toFixed(1)} CPUs now`}`) : null,
      attempt.usage?.gpuFraction >= 0 ? fact("GPU", `${Math.round(100 * attempt.usage.gpuFraction)} %, ${bytes(attempt.usage.gpuMemoryBytes)}`) : null,
      attempt.cause ? fact("Cause", attempt.cause.toLowerCase().replaceAll("_", " ")) : null,
      attempt.publishedBytes > 0 ? fact("Output", bytes(attempt.publishedBytes)) : null,
      attempt.message ? h("div.wide", null, h("dt", null, attempt.endedMillis ? "It said" : "Says"), h("dd", null, attempt.message)) : null,
    ].filter(Boolean);
  }

  async function drawPictures() {
    const key = `${task.taskId} ${task.thumbnails} ${latest(task)?.attempt}`;
    if (key === shownPictures) return;
    shownPictures = key;
    forgetPictures();
    parts.pictures.replaceChildren();
    for (let i = 0; i < task.thumbnails && key === shownPictures; i++) {
      try {
        const blob = await picture(`${path("jobs", jobId, "tasks", task.taskId, "thumbnail")}?index=${i}`);
        if (!blob || key !== shownPictures) return;
        const url = URL.createObjectURL(blob);
        urls.push(url);
        parts.pictures.append(h("img", { src: url, alt: `Output ${i + 1} of ${taskTitle(task)}` }));
      } catch {
        return;
      }
    }
  }

  function forgetPictures() {
    urls.forEach((url) => URL.revokeObjectURL(url));
    urls = [];
  }

  async function retry() {
    parts.retry.disabled = true;
    try {
      await post(path("jobs", jobId, "retry"), { tasks: [task.taskId] });
      note(`${taskTitle(task)} is rendered again.`, true);
      onChanged();
    } catch (e) {
      note(e.message);
    } finally {
      parts.retry.disabled = false;
    }
  }

  function end() {
    log?.close();
    log = null;
    logOf = "";
    taskId = null;
    task = null;
    shownPictures = "";
    forgetPictures();
  }

  return { element, open, refresh, close: end };
}
