// Where a part of the page is replaced under somebody's focus, the focus goes to what came instead: to the
// thing with the same id, else to what asks for it (data-focus), else to the new part itself.
export function keepFocus() {
  let lost = null; // the id of what had the focus in a part that is being replaced

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const focused = document.activeElement;
    lost = detail.shouldSwap && detail.target.contains(focused) ? { id: focused.id } : null;
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (!lost) return;
    const { id } = lost;
    lost = null;
    if (document.activeElement !== document.body) return; // htmx, or the part, has seen to it
    const { elt } = detail;
    const place = (id && document.getElementById(id)) || elt.querySelector("[data-focus]") || elt;
    if (!place.matches("a[href], button, input, select, textarea, summary, [tabindex]")) place.tabIndex = -1;
    place.focus({ preventScroll: true });
  });
}
