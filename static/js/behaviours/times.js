// Puts moments into the reader's zone, with the exact time on hover, and keeps "3 minutes ago" true
// while a page stays open. Without this they are said in UTC (index/web/time_tags.py has the same lengths).
const LENGTHS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const OFTEN = 15_000; // milliseconds

const language = document.documentElement.lang || undefined;
const relative = new Intl.RelativeTimeFormat(language);
const now = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const exact = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });
const two = (number) => String(number).padStart(2, "0");

function age(moment, element) {
  const seconds = Math.trunc((Date.now() - moment) / 1000);
  for (const [unit, length] of LENGTHS) {
    if (Math.abs(seconds) >= length) return relative.format(-Math.trunc(seconds / length), unit);
  }
  return "ran" in element.dataset ? now.format(0, "second") : element.textContent;
}

const clock = (at) => `${two(at.getHours())}:${two(at.getMinutes())}`;
const day = (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
const shown = { age, clock, day, moment: (at) => `${day(at)} ${clock(at)}` };

function say(element) {
  const at = new Date(element.dateTime);
  const text = shown[element.dataset.shows]?.(at, element);
  if (text === undefined || text === element.textContent) return;
  element.textContent = text;
  element.dataset.ran = "";
}

export function time(element) {
  const at = new Date(element.dateTime);
  if (Number.isNaN(at.getTime())) return;
  element.title = `${exact.format(at)}\n${element.title}`;
  say(element);
}

function goOn() {
  if (!document.hidden) document.querySelectorAll('time[data-shows="age"]').forEach(say);
}

setInterval(goOn, OFTEN);
document.addEventListener("visibilitychange", goOn);
