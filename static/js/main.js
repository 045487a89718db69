// Binds each element with data-behaviour="name" to the module of that name. Every page works without.
import { copy } from "./behaviours/copy.js";
import { confirmName } from "./behaviours/confirm-name.js";
import { counter } from "./behaviours/counter.js";
import { dialog } from "./behaviours/dialog.js";
import { fragment } from "./behaviours/fragment.js";
import { keepFocus } from "./behaviours/keep-focus.js";
import { keys, shortcut, shortcutSwitch } from "./behaviours/keys.js";
import { liveList } from "./behaviours/live-list.js";
import { lookAgain } from "./behaviours/look-again.js";
import { namePreview } from "./behaviours/name-preview.js";
import { partial } from "./behaviours/partial.js";
import { passkeyAdd, passkeyLogin, passkeyUse } from "./behaviours/passkey.js";
import { popover } from "./behaviours/popover.js";
import { pullClient, rememberClient } from "./behaviours/pull-client.js";
import { proofOfWork } from "./behaviours/proof-of-work.js";
import { sendOnce } from "./behaviours/send-once.js";
import { showPassword } from "./behaviours/show-password.js";
import { suggest } from "./behaviours/suggest.js";
import { theme } from "./behaviours/theme.js";
import { time } from "./behaviours/times.js";
import { bindToast } from "./behaviours/toast.js";
import { unsaved } from "./behaviours/unsaved.js";
import { focusSummary } from "./behaviours/focus-summary.js";

const behaviours = {
  copy,
  "confirm-name": confirmName,
  counter,
  dialog,
  "focus-summary": focusSummary,
  fragment,
  keys,
  "live-list": liveList,
  "look-again": lookAgain,
  "name-preview": namePreview,
  "passkey-add": passkeyAdd,
  "passkey-login": passkeyLogin,
  "passkey-use": passkeyUse,
  popover,
  "proof-of-work": proofOfWork,
  "pull-client": pullClient,
  "remember-client": rememberClient,
  shortcut,
  "shortcut-switch": shortcutSwitch,
  "show-password": showPassword,
  suggest,
  theme,
  time,
  toast: bindToast,
};

const bound = new WeakSet(); // what htmx brings may hold what was there before

function bind(root) {
  const all = [...root.querySelectorAll("[data-behaviour]")];
  if (root instanceof Element && root.matches("[data-behaviour]")) all.push(root);
  // What is data-still is there to be looked at.
  for (const element of all.filter((one) => !bound.has(one) && !one.closest("[data-still]"))) {
    bound.add(element);
    behaviours[element.dataset.behaviour]?.(element);
  }
}

bind(document);
document.addEventListener("list-replaced", (event) => bind(event.target));
partial(bind);
keepFocus();
sendOnce();
unsaved();
