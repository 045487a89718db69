// A toast: said politely, gone when it was read; never while somebody is at it (WCAG 2.2.1).
const STAYS = 12_000; // milliseconds

export function bindToast(element) {
  let waiting;
  const leave = () => element.remove();
  const wait = () => {
    clearTimeout(waiting);
    waiting = setTimeout(leave, STAYS);
  };
  const hold = () => clearTimeout(waiting);
  for (const name of ["mouseenter", "focusin"]) element.addEventListener(name, hold);
  for (const name of ["mouseleave", "focusout"]) element.addEventListener(name, wait);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
  });
  wait();
}

export function toast(text) {
  const place = document.getElementById("toasts");
  if (!place || !text) return;
  const element = document.createElement("div");
  element.className = "toast-note toast-error";
  const sentence = document.createElement("p");
  sentence.append(text);
  element.append(sentence);
  place.append(element);
  bindToast(element);
}
