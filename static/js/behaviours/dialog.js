// A link to a page that asks something opens it as a dialog over this one. Of that page the part with
// data-dialog is taken; without one, or offline, the link leads there, as it does without this.
// The browser gives the focus back to the link when the dialog closes.
export function dialog(link) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
    event.preventDefault();
    link.setAttribute("aria-busy", "true");
    const part = await partOf(link.href);
    link.removeAttribute("aria-busy");
    if (part) show(part, link);
    else window.location.assign(link.href);
  });
}

async function partOf(address) {
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return null; // a log-in page belongs on the whole window
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("main [data-dialog]");
  } catch {
    return null;
  }
}

function show(part, link) {
  const box = document.createElement("dialog");
  box.className = "dialog";
  const heading = part.querySelector("h1, h2");
  if (heading) {
    heading.id ||= "dialog-title";
    box.setAttribute("aria-labelledby", heading.id);
  }
  box.append(part);
  for (const cancel of part.querySelectorAll("[data-closes]")) {
    cancel.addEventListener("click", (event) => {
      event.preventDefault();
      box.close();
    });
  }
  box.addEventListener("close", () => {
    box.remove();
    link.focus();
  });
  document.body.append(box);
  box.dispatchEvent(new CustomEvent("list-replaced", { bubbles: true })); // its behaviours are bound
  box.showModal();
  // First what is to be filled in; else the way back: Enter alone must delete nothing.
  for (const first of ["[autofocus]", "input:not([type=hidden]), select, textarea", "[data-closes]"]) {
    const place = part.querySelector(first);
    if (place) {
      place.focus();
      return;
    }
  }
}
