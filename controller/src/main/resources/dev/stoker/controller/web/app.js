// The frame around the pages: who is signed in, where one is, and which page that is.

import { get, signOut, tokenOfOtherTabs, whenSignedOut } from "./calls.js";
import { empty, h, say, set } from "./dom.js";
import * as overview from "./overview.js";
import * as jobs from "./jobs.js";
import * as job from "./job.js";
import * as nodes from "./nodes.js";
import * as node from "./node.js";
import { signInPage } from "./signin.js";

const RANK = { VIEWER: 0, ARTIST: 1, WRANGLER: 2, ADMIN: 3 };
const THEMES = ["system", "light", "dark"];

const main = document.getElementById("main");
const bar = document.getElementById("bar");
const live = h("span.live", { role: "status" });

/** Who is signed in; what pages are given. */
const me = { session: null };

const app = {
  /** Whether the signed-in person may do what a role may. */
  may: (role) => RANK[me.session.role] >= RANK[role],
  /** Whether they may change a job. */
  mayChange: (summary) => me.session.open || app.may("WRANGLER") || (app.may("ARTIST") && summary.submitter === me.session.name),
  get session() {
    return me.session;
  },
  live(is, failure) {
    live.dataset.state = is ? "on" : "off";
    say(live, is ? "live" : failure?.status === 503 ? "too many open pages" : "reconnecting…");
  },
  title(text) {
    document.title = text ? `${text} · Stoker` : "Stoker";
  },
};

const PAGES = [
  [/^\/$/, overview, "overview"],
  [/^\/jobs$/, jobs, "jobs"],
  [/^\/jobs\/([\w-]+)$/, job, "jobs"],
  [/^\/nodes$/, nodes, "nodes"],
  [/^\/nodes\/([\w-]+)$/, node, "nodes"],
];

let open = null;
let openAt = null;

function route() {
  if (!me.session) return;
  const hash = location.hash.startsWith("#/") ? location.hash.slice(1) : "/";
  if (location.hash === "#main") return;
  const [where, query] = hash.split("?");
  const params = new URLSearchParams(query ?? "");
  if (open?.page.moved && openAt === where) {
    open.page.moved(params);
    return;
  }
  open?.page.close();
  open = null;
  openAt = where;
  delete live.dataset.state;
  say(live, "");
  main.replaceChildren();
  for (const [pattern, page, section] of PAGES) {
    const match = where.match(pattern);
    if (match) {
      for (const link of bar.querySelectorAll("nav a")) {
        set(link, { "aria-current": link.dataset.section === section ? "page" : null });
      }
      open = { page: page.mount(main, app, match[1], params) };
      window.scrollTo(0, 0);
      return;
    }
  }
  main.append(empty("There is no such page.", h("a", { href: "#/" }, "Go to the overview")));
}

function theme(next) {
  const current = next ?? localStorage.getItem("stoker.theme") ?? "system";
  document.documentElement.dataset.theme = current;
  if (next) localStorage.setItem("stoker.theme", next);
  return current;
}

function themeButton() {
  const button = h("button.plain.theme", { onclick: () => {
    theme(THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length]);
    label();
    window.dispatchEvent(new Event("theme"));
  } });
  function label() {
    const now = theme();
    say(button, { system: "◐", light: "☀", dark: "☾" }[now]);
    set(button, { "aria-label": `Colours: ${now}; change`, title: `Colours: ${now}` });
  }
  label();
  return button;
}

function drawBar() {
  const session = me.session;
  const link = (href, section, text) => h("a", { href, "data-section": section }, text);
  bar.replaceChildren(
    h("a.brand", { href: "#/", "aria-label": "Stoker, to the overview" }, h("img", { src: "/web/icon.svg", alt: "", width: 18, height: 18 }), "stoker"),
    h("nav", { "aria-label": "Main" }, link("#/", "overview", "Overview"), link("#/jobs", "jobs", "Jobs"), link("#/nodes", "nodes", "Nodes")),
    h("span.gap"),
    live,
    themeButton(),
    session.open
      ? ""
      : h("span.who", null, h("b", null, session.name), h("span.role", null, session.role.toLowerCase()),
          h("button.plain", { onclick: signOut }, "Sign out")));
}

function showSignIn() {
  open?.page.close();
  open = null;
  openAt = null;
  me.session = null;
  bar.replaceChildren(h("span.brand", null, h("img", { src: "/web/icon.svg", alt: "", width: 18, height: 18 }), "stoker"), h("span.gap"), themeButton());
  app.title("Sign in");
  signInPage(main, begin);
}

function begin(session) {
  me.session = session;
  drawBar();
  route();
}

async function start() {
  theme();
  whenSignedOut(showSignIn);
  for (let session = null; !session; ) {
    try {
      if (!sessionStorage.getItem("stoker.token")) await tokenOfOtherTabs();
      session = await get("/v1/session", { signingIn: true });
    } catch (e) {
      if (e.status === 401 || e.status === 403) {
        showSignIn();
        return;
      }
      main.replaceChildren(empty("No answer yet.", e.message, " Trying again…"));
      await new Promise((resolve) => setTimeout(resolve, 2000));
      continue;
    }
    begin(session);
  }
}

window.addEventListener("hashchange", route);
start();
