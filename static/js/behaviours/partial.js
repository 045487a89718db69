// What holds for every part of a page that htmx fetches: the token of forms goes into a header, errors
// become toasts, what came gets its behaviours, and an answer never lands where it was not meant.
import { toast } from "./toast.js";

const isQuiet = (element) => element?.closest("[data-behaviour~=look-again]") !== null;

export function partial(bind) {
  const { body } = document;
  const on = (name, listener) => body.addEventListener(`htmx:${name}`, listener);

  on("configRequest", ({ detail }) => {
    if (detail.verb === "get") return;
    const form = detail.elt.closest("form") ?? document;
    const token = form.querySelector("[name=csrfmiddlewaretoken]") ?? body.querySelector("[name=csrfmiddlewaretoken]");
    if (token) detail.headers["X-CSRFToken"] = token.value;
  });

  on("beforeSwap", ({ detail }) => {
    const { status } = detail.xhr;
    if (status < 400) return;
    // An error that says how it goes into the page is ours: a part that explains, or a toast.
    const isOurs = detail.xhr.getResponseHeader("HX-Reswap") !== null;
    const isToast = detail.xhr.getResponseHeader("HX-Retarget") !== null;
    detail.shouldSwap = isOurs && !(isToast && isQuiet(detail.elt ?? detail.target));
    if (isOurs) detail.isError = false;
    else if (!isQuiet(detail.requestConfig?.elt)) toast(words("failed"));
  });

  for (const name of ["sendError", "timeout"]) {
    on(name, ({ detail }) => {
      if (!isQuiet(detail.elt)) toast(words("away"));
    });
  }

  on("load", ({ detail }) => {
    if (detail.elt !== body) bind(detail.elt);
  });
}

function words(kind) {
  return document.getElementById("toasts")?.dataset[kind] ?? "";
}
