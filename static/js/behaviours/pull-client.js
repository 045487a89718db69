// Shows the commands of another program at once; the cookie lets the server begin with them next time.
export function pullClient(place) {
  place.querySelector("form").addEventListener("submit", (event) => {
    const chosen = event.submitter?.value;
    if (!chosen) return;
    event.preventDefault();
    document.cookie = `client=${chosen}; path=/; max-age=31536000; samesite=lax`;
    for (const button of place.querySelectorAll("button[name=client]")) {
      button.setAttribute("aria-pressed", String(button.value === chosen));
    }
    for (const part of place.querySelectorAll("[data-client]")) {
      part.hidden = part.dataset.client !== chosen;
    }
  });
}

// A choice in a form that is sent anyway: remembered too.
export function rememberClient(select) {
  select.addEventListener("change", () => {
    document.cookie = `client=${select.value}; path=/; max-age=31536000; samesite=lax`;
  });
}
