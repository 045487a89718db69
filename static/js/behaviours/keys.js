// Keys that lead through the site: "/" to the search box, "?" to the list of them all, "g" and a letter to
// a page. The list is what holds: each of its links with data-key is one. They can be switched off
// (WCAG 2.1.4), and never fire while one types, with a modifier, or while a dialog asks something.
const SETTING = "shortcuts";
const PATIENCE = 1500; // milliseconds between "g" and the letter
const boxes = []; // search boxes of the page, the most important one first
let isWaiting = false;
let giveUp;

function isOff() {
  try {
    return localStorage.getItem(SETTING) === "off";
  } catch {
    return false; // a browser that keeps nothing
  }
}

function isElsewhere(event) {
  return (
    event.defaultPrevented || event.isComposing || event.repeat ||
    event.ctrlKey || event.metaKey || event.altKey ||
    event.target.closest?.("input, textarea, select, [contenteditable]") ||
    document.querySelector("dialog[open]")
  );
}

function wait(isWanted) {
  clearTimeout(giveUp);
  isWaiting = isWanted;
  if (isWanted) giveUp = setTimeout(wait, PATIENCE, false);
}

function goTo(list, key) {
  const link = [...list.querySelectorAll("a[data-key]")].find((one) => one.dataset.key === key);
  link?.click();
  return link !== undefined;
}

function toBox() {
  const box = boxes.find((one) => one.isConnected && one.checkVisibility());
  if (!box) return false;
  box.focus();
  box.select();
  return true;
}

export function shortcut(input) {
  boxes.push(input);
}

export function keys(dialog) {
  const open = () => {
    dialog.showModal();
    return true;
  };
  const act = (key) => {
    if (isWaiting) {
      wait(false);
      return goTo(dialog, key);
    }
    if (key === "g") {
      wait(true);
      return false; // the letter itself does nothing, so nothing is taken from the browser
    }
    if (key === "/") return toBox();
    return key === "?" && open();
  };
  document.addEventListener("keydown", (event) => {
    if (["Shift", "AltGraph"].includes(event.key) || isElsewhere(event) || isOff()) return;
    if (act(event.key.length === 1 ? event.key.toLowerCase() : event.key)) event.preventDefault();
  });
  for (const button of document.querySelectorAll("[data-opens-keys]")) {
    button.hidden = false;
    button.addEventListener("click", open);
  }
}

export function shortcutSwitch(button) {
  const update = () => {
    button.setAttribute("aria-pressed", String(!isOff()));
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    try {
      localStorage.setItem(SETTING, isOff() ? "on" : "off");
    } catch {
      return;
    }
    update();
  });
  update();
}
