// Asks again for the part of the page that may have changed meanwhile (htmx does the asking: hx-get).
// Not while the tab is hidden, nor while somebody is at it; ever more rarely while nothing happens.
const SLOWEST = 30_000; // milliseconds
const SLOWER = 1.15;

function hasSelected(element) {
  const selection = window.getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(element, true);
}

export function lookAgain(element) {
  const shortest = Number(element.dataset.every) * 1000;
  let pause = shortest;
  let waiting;

  // Who has just copied a command is not at the list, but in a terminal.
  const isBusy = () =>
    element.dataset.eager === undefined && (
      element.querySelector(":focus:not([data-behaviour=copy])") !== null ||
      element.querySelector("details[open]") !== null ||
      hasSelected(element)
    );

  function plan() {
    clearTimeout(waiting);
    if (!document.hidden && element.isConnected) waiting = setTimeout(look, pause);
  }

  function look() {
    if (!element.isConnected) return;
    if (!isBusy()) window.htmx.trigger(element, "look-again");
    plan();
  }

  function onVisibility() {
    if (!element.isConnected) {
      document.removeEventListener("visibilitychange", onVisibility);
      return;
    }
    pause = shortest;
    if (document.hidden) clearTimeout(waiting);
    else look();
  }

  element.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== element) return;
    pause = Math.min(pause * SLOWER, SLOWEST);
  });
  document.addEventListener("visibilitychange", onVisibility);
  plan();
}
