// Shows what a search form would find while one types, without leaving the page. The answer is the page
// itself; of it the list that data-list names is taken. Without this the button does the same.
const PAUSE = 250; // milliseconds after the last key

export function liveList(form) {
  const list = document.getElementById(form.dataset.list);
  if (!list) return;
  let waiting;
  let asked;

  async function show() {
    asked?.abort();
    asked = new AbortController();
    const address = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
    try {
      const answer = await fetch(address, { signal: asked.signal, credentials: "same-origin" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById(form.dataset.list);
      if (!found) return;
      list.replaceChildren(...found.childNodes);
      list.dispatchEvent(new CustomEvent("list-replaced", { bubbles: true }));
      window.history.replaceState(null, "", address);
    } catch {
      // Gone on typing, or offline: the button is still there.
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, PAUSE);
  });
}
