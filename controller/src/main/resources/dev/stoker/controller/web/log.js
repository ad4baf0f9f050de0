// A log that follows.

import { get, path } from "./calls.js";
import { h, say } from "./dom.js";
import { bytes } from "./text.js";

const EVERY = 1500;
const SHOWN = 2_000_000; // characters; older lines leave the page, not the controller
const UTF8 = new TextEncoder();

export function logView({ jobId, taskId, attempt, isRunning }) {
  const text = h("pre.log", { tabIndex: 0, role: "log", "aria-label": `Log of attempt ${attempt}` });
  const state = h("span.quiet");
  const follow = h("input", { type: "checkbox", checked: true });
  const element = h("div.logbox", null,
    h("div.row", null, h("h3", null, "Log"), h("span.gap"), state,
      h("label.check", null, follow, "follow"),
      h("button", { onclick: save }, "Save")),
    text);
  let offset = 0;
  let shown = 0;
  let timer = null;
  let closed = false;
  let idle = 0;

  async function read() {
    let more = false;
    try {
      const chunk = await get(`${path("jobs", jobId, "tasks", taskId, "log")}?attempt=${attempt}&offset=${offset}`);
      if (closed) return;
      if (chunk.text) {
        idle = 0;
        append(chunk.text);
        offset = chunk.offset + UTF8.encode(chunk.text).length;
        more = true;
      } else {
        idle++;
      }
      say(state, offset ? `${bytes(offset)}${isRunning() ? ", live" : ""}` : isRunning() ? "nothing yet" : "no log was kept");
    } catch (e) {
      say(state, e.message);
    }
    // What came last may arrive a moment after its attempt ended.
    if (!closed && (more || isRunning() || idle < 3)) timer = setTimeout(read, more ? 50 : document.hidden ? EVERY * 8 : EVERY);
  }

  function append(piece) {
    text.append(document.createTextNode(piece));
    shown += piece.length;
    while (shown > SHOWN && text.childNodes.length > 1) {
      shown -= text.firstChild.length;
      text.firstChild.remove();
    }
    if (follow.checked) text.scrollTop = text.scrollHeight;
  }

  function save() {
    const url = URL.createObjectURL(new Blob([text.textContent], { type: "text/plain" }));
    const link = h("a", { href: url, download: `${taskId}-${attempt}.log` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  text.addEventListener("scroll", () => {
    follow.checked = text.scrollTop + text.clientHeight > text.scrollHeight - 24;
  });
  read();
  return {
    element,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
