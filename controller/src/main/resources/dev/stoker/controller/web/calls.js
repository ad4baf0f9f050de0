// Talks to the controller: calls, the stream of events, and who is signed in.
//
// The token is in this tab's session storage. It is bound to this origin, port included, which a cookie is not; no request
// carries it by itself, so no other page can make this browser act; and it is gone with the tab. Tabs of the same origin
// hand it to each other on a broadcast channel, so a link opened in a new tab is signed in too.

const KEY = "stoker.token";
const channel = new BroadcastChannel("stoker");
const PATIENCE = 30_000;

export class Failure extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

let onSignedOut = () => {};
export const whenSignedOut = (action) => (onSignedOut = action);

const token = () => sessionStorage.getItem(KEY);

channel.addEventListener("message", ({ data }) => {
  if (data.ask && token()) channel.postMessage({ token: token() });
  if (data.signOut && token()) forget();
});

/** Asks the other tabs of this page for their token. */
export function tokenOfOtherTabs() {
  return new Promise((resolve) => {
    const give = ({ data }) => {
      if (data.token) end(data.token);
    };
    const timer = setTimeout(() => end(null), 200);
    function end(found) {
      clearTimeout(timer);
      channel.removeEventListener("message", give);
      if (found) sessionStorage.setItem(KEY, found);
      resolve(found);
    }
    channel.addEventListener("message", give);
    channel.postMessage({ ask: true });
  });
}

function forget() {
  sessionStorage.removeItem(KEY);
  onSignedOut();
}

export function signOut() {
  channel.postMessage({ signOut: true });
  forget();
}

/** Keeps a token if the controller knows it as a person's; says who they are. */
export async function signIn(text) {
  const before = token();
  sessionStorage.setItem(KEY, text);
  try {
    return await get("/v1/session", { signingIn: true });
  } catch (failure) {
    if (before) sessionStorage.setItem(KEY, before);
    else sessionStorage.removeItem(KEY);
    throw failure;
  }
}

function headers(more) {
  const all = { ...more };
  if (token()) all.Authorization = `Bearer ${token()}`;
  return all;
}

async function failure(response) {
  let sentence = `The controller answered ${response.status}.`;
  try {
    sentence = (await response.json()).error ?? sentence;
  } catch {
    // Something else than the controller answered.
  }
  return new Failure(response.status, sentence);
}

async function send(path, options, signingIn = false) {
  let response;
  try {
    response = await fetch(path, { signal: AbortSignal.timeout(PATIENCE), ...options, redirect: "error" });
  } catch (e) {
    if (e.name === "AbortError") throw e;
    throw new Failure(0, "The controller does not answer; is it running, and can this browser reach it?");
  }
  if (!response.ok) {
    const failed = await failure(response);
    if (failed.status === 401 && !signingIn) forget();
    throw failed;
  }
  return response;
}

export async function get(path, { signal, signingIn } = {}) {
  const options = { headers: headers() };
  if (signal) options.signal = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
  return (await send(path, options, signingIn)).json();
}

export async function post(path, body) {
  const options = { method: "POST", headers: headers({ "Content-Type": "application/json" }), body: JSON.stringify(body ?? {}) };
  return (await send(path, options)).json();
}

/** A picture as a blob, null where there is none. */
export async function picture(path, signal) {
  try {
    return await (await send(path, { headers: headers(), signal })).blob();
  } catch (e) {
    if (e.status === 404) return null;
    throw e;
  }
}

export const path = (...parts) => "/v1/" + parts.map(encodeURIComponent).join("/");

/**
 * Follows a topic until closed: onEvent gets what it looks like now, again and again; onLive whether the connection stands.
 * Hidden tabs follow nothing.
 */
export function follow(topic, id, onEvent, onLive) {
  let lastId = null;
  let running = null;
  let closed = false;
  let pause = 500;
  let hiding = null;

  async function run(abort) {
    while (!abort.signal.aborted) {
      try {
        const more = lastId ? { "Last-Event-ID": lastId } : {};
        const response = await fetch(`/v1/events?topic=${topic}&id=${encodeURIComponent(id ?? "")}`,
          { headers: headers({ Accept: "text/event-stream", ...more }), signal: abort.signal, redirect: "error" });
        if (!response.ok) throw await failure(response);
        onLive(true);
        await read(response.body.pipeThrough(new TextDecoderStream()).getReader());
      } catch (e) {
        if (abort.signal.aborted) return;
        if (e.status === 401) return forget();
        onLive(false, e);
        if (e.status === 404 || e.status === 403) return;
      }
      if (abort.signal.aborted) return;
      onLive(false);
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
      pause = Math.min(pause * 2, 15_000);
    }
  }

  async function read(reader) {
    let buffer = "";
    for (;;) {
      const { value, done } = await Promise.race([reader.read(), silence()]);
      if (done) return;
      buffer += value;
      const blocks = buffer.split("\n\n");
      buffer = blocks.pop();
      blocks.forEach(take);
    }
  }

  // The controller says something every few seconds; a proxy that swallows that has cut us off.
  function silence() {
    return new Promise((_, reject) => setTimeout(() => reject(new Failure(0, "The stream fell silent.")), 45_000));
  }

  function take(block) {
    let data = null;
    for (const line of block.split("\n")) {
      if (line.startsWith("id: ")) lastId = line.slice(4);
      if (line.startsWith("data: ")) data = line.slice(6);
    }
    if (data !== null && !closed) {
      pause = 500;
      onEvent(JSON.parse(data));
    }
  }

  function start() {
    if (!running && !closed) {
      running = new AbortController();
      run(running);
    }
  }

  function stop() {
    running?.abort();
    running = null;
  }

  function visibility() {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(stop, 30_000);
    else start();
  }

  document.addEventListener("visibilitychange", visibility);
  start();
  return {
    close() {
      closed = true;
      clearTimeout(hiding);
      document.removeEventListener("visibilitychange", visibility);
      stop();
    },
  };
}
