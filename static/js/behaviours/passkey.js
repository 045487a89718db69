// Security keys and passkeys: hands the server's options to the browser and its answer to the form.
// Keys work on https and on localhost only; elsewhere the reason is shown instead of the button.
const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const encode = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const withBytes = (list) => list?.map((item) => ({ ...item, id: decode(item.id) }));

function isPossible() {
  return Boolean(globalThis.isSecureContext && globalThis.PublicKeyCredential && !/^[\d.]+$|:/.test(location.hostname));
}

function say(form, text) {
  form.querySelector("[data-passkey-state]").textContent = text;
}

function explain(error) {
  if (error.name === "NotAllowedError") return "No key answered in time, or you cancelled. Try again.";
  if (error.name === "InvalidStateError") return "This key is set up here already. Use another one.";
  return "Your browser could not use a key here. Use another factor, or another browser.";
}

function answerOf(credential) {
  const { response } = credential;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const known = parts.filter((part) => response[part]).map((part) => [part, encode(response[part])]);
  return {
    type: credential.type,
    id: credential.id,
    rawId: encode(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    response: { ...Object.fromEntries(known), transports: response.getTransports?.() ?? [] },
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

function bind(form, ask) {
  const button = form.querySelector("[data-passkey-button]");
  if (!isPossible()) {
    form.querySelector("[data-passkey-impossible]").hidden = false;
    return;
  }
  for (const part of [button, ...form.querySelectorAll("[data-passkey-fields]")]) part.hidden = false;
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    say(form, "Touch your key, or follow your browser.");
    try {
      form.elements.credential.value = JSON.stringify(answerOf(await ask(form)));
      form.submit();
    } catch (error) {
      say(form, explain(error));
    }
  });
}

function get(options) {
  const publicKey = { ...options.publicKey, challenge: decode(options.publicKey.challenge) };
  publicKey.allowCredentials = withBytes(options.publicKey.allowCredentials);
  return navigator.credentials.get({ publicKey });
}

export function passkeyAdd(form) {
  bind(form, () => {
    const { publicKey } = JSON.parse(form.dataset.options).creation_options;
    const isAlone = form.elements.passwordless?.checked ?? false;
    const selection = { ...publicKey.authenticatorSelection, requireResidentKey: isAlone };
    selection.residentKey = isAlone ? "required" : "discouraged";
    if (isAlone) selection.userVerification = "required";
    return navigator.credentials.create({
      publicKey: {
        ...publicKey,
        challenge: decode(publicKey.challenge),
        user: { ...publicKey.user, id: decode(publicKey.user.id) },
        excludeCredentials: withBytes(publicKey.excludeCredentials),
        authenticatorSelection: selection,
      },
    });
  });
}

export function passkeyUse(form) {
  bind(form, () => get(JSON.parse(form.dataset.options).request_options));
}

export function passkeyLogin(form) {
  bind(form, async () => {
    const response = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(String(response.status));
    return get((await response.json()).request_options);
  });
}
