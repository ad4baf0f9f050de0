// Builds elements. Text is always text: nothing here can turn a string into markup.

/**
 * h("a.quiet", {href: "#/", onclick: f}, "Overview", child). Properties that are functions become
 * listeners, "data-…", "aria-…" and "role" attributes, the rest properties; null children are left out.
 */
export function h(what, props, ...children) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  set(element, props ?? {});
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function set(element, props) {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (/^(data-|aria-|role$|for$|scope$|colspan$|list$)/.test(name)) {
      if (value === null) element.removeAttribute(name);
      else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
    } else if (name === "style") for (const [key, v] of Object.entries(value)) element.style.setProperty(key, v);
    else if (name === "value" || element[name] !== value) element[name] = value; // an empty option takes its text for its value
  }
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
export function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes ?? {})) element.setAttribute(name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets an element's text, and touches nothing when it is the same. */
export function say(element, text) {
  const string = String(text);
  if (element.textContent !== string) element.textContent = string;
  return element;
}

/**
 * Makes the children of an element those of a list, in order: an item keeps its element (and with it focus and
 * hover) from one update to the next.
 */
export function keyed(parent, items, key, create, update) {
  const known = parent.keyedChildren ?? new Map();
  const next = new Map();
  let place = parent.firstChild;
  for (const item of items) {
    const id = key(item);
    let element = known.get(id);
    if (!element) element = create(item);
    next.set(id, element);
    update(element, item);
    if (element === place) place = place.nextSibling;
    else parent.insertBefore(element, place);
  }
  for (const [id, element] of known) if (!next.has(id)) element.remove();
  parent.keyedChildren = next;
}

/** Tells people who cannot see. */
export function announce(text) {
  say(document.getElementById("said"), text);
}

/** Tells what went wrong, or right, for a while. */
export function note(text, good = false) {
  const line = h(`div.note${good ? ".good" : ""}`, null, h("span", null, text),
    h("button.plain", { "aria-label": "Dismiss", onclick: () => line.remove() }, "✕"));
  const notes = document.getElementById("notes");
  notes.append(line);
  while (notes.childElementCount > 3) notes.firstChild.remove();
  setTimeout(() => line.remove(), good ? 4000 : 12000);
}

/** Asks before something that cannot be undone; resolves to whether it is wanted. */
export function confirm(title, text, verb) {
  return new Promise((resolve) => {
    const dialog = h("dialog.ask", { "aria-label": title },
      h("h2", null, title),
      h("p", null, text),
      h("div.row.end", null,
        h("button", { type: "button", onclick: () => dialog.close("no") }, "Keep it"),
        h("button.danger", { type: "button", onclick: () => dialog.close("yes") }, verb)));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A bar that shows how many of all tasks are in which state. */
export function stateBar() {
  return h("div.bar", { role: "img" });
}

export function updateBar(bar, counts, words) {
  const all = words.filter(([letter]) => counts[letter] > 0);
  keyed(bar, all, ([letter]) => letter, ([letter]) => h(`i.fill-${letter}`), (part, [letter]) => {
    part.style.flexGrow = counts[letter];
  });
  set(bar, { "aria-label": all.map(([letter, , word]) => `${counts[letter]} ${word}`).join(", ") || "no tasks" });
}

/** What is shown where there is nothing. */
export const empty = (title, ...text) => h("div.empty", null, h("strong", null, title), h("p", null, ...text));
