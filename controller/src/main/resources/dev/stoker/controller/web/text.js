// How numbers, times and states read.

const WHOLE = new Intl.NumberFormat("en");

/** 12,345 */
export const whole = (n) => WHOLE.format(n);

/** 1.2k, 3.4M: for where room is short. */
export function short(n) {
  for (const [unit, size] of [["M", 1e6], ["k", 1e4]]) {
    if (n >= size) return `${(n / (unit === "k" ? 1e3 : 1e6)).toFixed(n >= size * 10 ? 0 : 1)}${unit}`;
  }
  return WHOLE.format(n);
}

export function bytes(n) {
  if (n < 1024) return `${Math.round(n)} B`;
  const units = ["KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = n;
  let unit = -1;
  do {
    value /= 1024;
    unit++;
  } while (value >= 1024 && unit < units.length - 1);
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** 3 s, 4 min 5 s, 2 h 10 min, 3 d 4 h */
export function span(millis) {
  const s = Math.max(0, millis) / 1000;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 60) return `${Math.round(s)} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${Math.floor(s % 60)} s`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

export function ago(millis) {
  const s = (Date.now() - millis) / 1000;
  if (s < 5) return "now";
  if (s < 60) return `${Math.floor(s)} s ago`;
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ago`;
  return `${Math.floor(s / 86400)} d ago`;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
export const clock = (millis) => CLOCK.format(new Date(millis));
export const moment = (millis) => MOMENT.format(new Date(millis));

export const percent = (part, all) => (all > 0 ? `${Math.round((100 * part) / all)} %` : "–");

export function money(amount, currency) {
  const digits = amount < 10 ? 2 : amount < 1000 ? 1 : 0;
  return `${amount.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${currency}`;
}

export function hours(h) {
  return `${h < 10 ? h.toFixed(2) : h < 100 ? h.toFixed(1) : WHOLE.format(Math.round(h))} node-hours`;
}

/** The task states in the order in which a bar shows them: [letter, state, word]. */
export const STATES = [
  ["s", "SUCCEEDED", "done"],
  ["c", "COMMITTED", "publishing"],
  ["l", "LEASED", "running"],
  ["f", "FAILED", "failed"],
  ["e", "", "ready again"],
  ["r", "READY", "ready"],
  ["w", "WAITING", "waiting"],
  ["x", "CANCELED", "canceled"],
];
export const LETTER_OF = Object.fromEntries(STATES.filter((s) => s[1]).map(([letter, state]) => [state, letter]));
export const WORD_OF = Object.fromEntries(STATES.map(([letter, , word]) => [letter, word]));

/** Turns "s12f1" into [["s", 12], ["f", 1]]. */
export function runs(text) {
  const all = [];
  for (const [, letter, count] of text.matchAll(/([a-z])(\d+)/g)) all.push([letter, Number(count)]);
  return all;
}

export const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
export const total = (tasks) => sum(Object.values(tasks));

/** "Frame 12", or all parameters where there are several. */
export function taskTitle(task) {
  const entries = Object.entries(task.parameters);
  if (entries.length === 0) return `Task ${task.index}`;
  return entries.map(([name, value]) => `${name} ${value}`).join(", ");
}
