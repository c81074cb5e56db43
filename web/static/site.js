// Comfort only: every page works without this file.
"use strict";

// An error summary takes the focus, so that whoever cannot see it hears it first.
document.getElementById("error-summary")?.focus();

// A page that answers a form takes the address of the page the form stands on: loaded anew it is asked for, not sent again.
const formPage = document.documentElement.dataset.page;
if (formPage) history.replaceState(history.state, "", formPage);

// What a browser cannot read, half a date or letters for a number, it sends as nothing at all: it says so itself.
document.addEventListener("submit", (event) => {
  const unread = [...event.target.elements].find((each) => each.validity?.badInput);
  if (!unread) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  unread.reportValidity();
}, true);

// A form is sent once, however often the button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // A page that comes back from the browser's memory may be sent again.
  window.addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
});

// A box that ticks all boxes of the same table: <input type="checkbox" data-ticks="name-of-boxes">.
document.addEventListener("change", (event) => {
  const name = event.target.dataset?.ticks;
  if (!name) return;
  for (const box of event.target.form?.elements ?? []) {
    if (box.type === "checkbox" && box.name === name && !box.disabled) box.checked = event.target.checked;
  }
});

// How many rows are ticked and what they come to: <p data-chosen="name-of-boxes" data-one="…" data-many="… {num} …">.
function countChosen() {
  const language = document.documentElement.lang;
  for (const told of document.querySelectorAll("[data-chosen]")) {
    const boxes = document.querySelectorAll(`#content input[name="${told.dataset.chosen}"]:checked`);
    const sums = new Map();
    for (const { dataset: { amount, currency } } of boxes) {
      sums.set(currency, (sums.get(currency) ?? 0) + Math.round(amount * 100));
    }
    const money = (sum, currency) => new Intl.NumberFormat(language, { style: "currency", currency, currencyDisplay: language === "sv" ? "symbol" : "code" }).format(sum / 100);
    const words = boxes.length === 1 ? told.dataset.one : told.dataset.many.replace("{num}", boxes.length);
    told.textContent = [words, ...[...sums].map(([currency, sum]) => money(sum, currency))].join(" · ");
    told.hidden = !boxes.length;
  }
}
document.addEventListener("change", countChosen);
document.addEventListener("page-changed", countChosen);
// A page that comes back from the browser's memory has its ticks.
window.addEventListener("pageshow", countChosen);

// A list that sends its form as soon as it is changed: <select data-sends>.
document.addEventListener("change", (event) => {
  if (event.target.dataset?.sends !== undefined) event.target.form?.requestSubmit();
});

// Printing on a button: <button type="button" data-prints hidden>.
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-prints]")) window.print();
});

// What only works with script is in sight with it, on this page and on what it is changed to.
const unhide = () => document.querySelectorAll("[data-ticks], [data-prints]").forEach((each) => { each.hidden = false; });
document.addEventListener("page-changed", unhide);
unhide();

// What is written in a form is kept in this tab while its sender has to sign in again, and put back on its page; no
// password, no code and no file. Wherever else the sending leads, nothing is kept.
const KEPT = "written";
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.querySelector("input[type=password], input[autocomplete=one-time-code]")) return;
  const fields = [...form.elements].filter((each) => each.name && each.name !== "form_token" && each.matches("textarea, select, input:not([type=hidden]):not([type=file])"));
  const values = fields.map((each) => [each.name, each.value, each.checked === true]);
  const page = location.pathname + location.search;
  if (values.length) sessionStorage.setItem(KEPT, JSON.stringify({ page, action: form.getAttribute("action"), values }));
});
if (!location.pathname.startsWith("/sign-in")) {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  const signedIn = sessionStorage.getItem("signed-in-again");
  sessionStorage.removeItem(KEPT);
  sessionStorage.removeItem("signed-in-again");
  const form = kept && signedIn && kept.page === location.pathname + location.search
    ? [...document.forms].find((each) => each.getAttribute("action") === kept.action)
    : null;
  for (const [name, value, checked] of form ? kept.values : []) {
    const field = [...form.elements].find((each) => each.name === name && (each.type !== "checkbox" && each.type !== "radio" || each.value === value));
    if (!field) continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = checked;
    else field.value = value;
  }
  form?.closest("details")?.setAttribute("open", "");
  if (form) form.querySelector("textarea, input:not([type=hidden])")?.focus();
} else if (document.querySelector("[data-has-ended]")) {
  sessionStorage.setItem("signed-in-again", "yes");
}

// The way to a page leads to a list as it was last asked in this tab; who signs out leaves no question behind.
const ASKED = "asked:";
function rememberQuestion() {
  for (const link of document.querySelectorAll(".crumbs a")) {
    const asked = sessionStorage.getItem(ASKED + link.pathname);
    if (asked && !link.search) link.setAttribute("href", link.getAttribute("href") + asked);
  }
  if (location.search && !formPage) sessionStorage.setItem(ASKED + location.pathname, location.search);
  else sessionStorage.removeItem(ASKED + location.pathname);
}
if (location.pathname.startsWith("/sign-")) {
  for (const key of Object.keys(sessionStorage).filter((each) => each.startsWith(ASKED))) sessionStorage.removeItem(key);
} else {
  document.addEventListener("page-changed", rememberQuestion);
  rememberQuestion();
}

// A number that is carried elsewhere is copied on a press: <h1 data-copy="2100000019">. The browser lets a page do so only
// where nobody listens on the line; elsewhere there is no button.
const copied = document.getElementById("copied");
function offerCopying() {
  for (const subject of navigator.clipboard ? document.querySelectorAll("[data-copy]:not([data-can-copy])") : []) {
    const button = document.getElementById("copy-button").content.firstElementChild.cloneNode(true);
    const value = subject.dataset.copy;
    subject.dataset.canCopy = "yes";
    button.lastElementChild.append(` ${value}`);
    button.addEventListener("click", async () => {
      copied.textContent = "";
      await navigator.clipboard.writeText(value);
      button.classList.add("done");
      copied.textContent = `${copied.dataset.says}: ${value}`;
      setTimeout(() => button.classList.remove("done"), 2000);
    });
    if (subject.matches("h1")) subject.after(button);
    else {
      const together = document.createElement("span");
      together.className = "nowrap";
      subject.replaceWith(together);
      together.append(subject, button);
    }
  }
}
document.addEventListener("page-changed", offerCopying);

// A line may break at the hyphens of a date (Chromium's does): a day stays on one line.
function keepDatesWhole() {
  const accepts = ({ data, parentElement: within }) =>
    /\d{4}-\d\d-\d\d/.test(data) && !within.closest("textarea, option, script, svg, pre, code, .nowrap")
      ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT;
  const walker = document.createTreeWalker(document.getElementById("content"), NodeFilter.SHOW_TEXT, accepts);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  for (const text of found) {
    text.replaceWith(...text.data.split(/(\d{4}-\d\d-\d\d)/).filter(Boolean).map((part) => {
      if (!/^\d{4}-\d\d-\d\d$/.test(part)) return part;
      const whole = document.createElement("span");
      whole.className = "nowrap";
      whole.textContent = part;
      return whole;
    }));
  }
}
keepDatesWhole();
document.addEventListener("page-changed", keepDatesWhole);
offerCopying();

// Shortcuts. What each does is told on /shortcuts; a test compares the two, so nothing else here listens for a key.
const isWritten = (target) => target.matches?.("input:not([type=checkbox]):not([type=radio]), textarea, select") ?? false;
const search = () => {
  const field = document.getElementById("search-everything");
  field?.focus();
  field?.select();
  return field;
};
// From the name of a row to another; nowhere else do letters do anything.
const toRow = (step) => (event) => {
  if (!event.target.matches?.("a.row-link")) return null;
  const rows = [...document.querySelectorAll("a.row-link")];
  rows[rows.indexOf(event.target) + step]?.focus();
  return rows;
};
const SHORTCUTS = {
  "?": () => showShortcuts(),
  "/": search,
  "Control+k": search,
  "j": toRow(1),
  "k": toRow(-1),
};
document.addEventListener("keydown", (event) => {
  const key = `${event.ctrlKey || event.metaKey ? "Control+" : ""}${event.key}`;
  const isSingle = key.length === 1;
  if (event.altKey || !Object.hasOwn(SHORTCUTS, key)) return;
  if (isSingle && (isWritten(event.target) || document.documentElement.dataset.singleKeys)) return;
  if (SHORTCUTS[key](event)) event.preventDefault();
});

// The sheet of shortcuts lies over the page, so that nothing written on it is lost.
function showShortcuts() {
  const link = document.querySelector("a[data-shortcuts]");
  if (!link || document.querySelector("dialog[open]")) return null;
  const show = async () => {
    const answer = await fetch(link.href);
    const sheet = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("shortcuts");
    const dialog = document.createElement("dialog");
    const before = document.activeElement;
    dialog.setAttribute("aria-label", link.textContent);
    dialog.append(document.adoptNode(sheet));
    for (const button of dialog.querySelectorAll("[data-closes]")) {
      button.hidden = false;
      button.addEventListener("click", () => dialog.close());
    }
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus();
    });
    document.body.append(dialog);
    dialog.showModal();
  };
  show().catch(() => {});
  return link;
}

// Some minutes before a session ends the page says so, and keeps it alive on a press. The server is asked first: another
// page may have used the session since.
const ending = document.querySelector("[data-session]");
if (ending) {
  const MINUTE = 60_000;
  const warnedBefore = ending.dataset.warnedBefore * MINUTE;
  let endsAt = Date.now() + ending.dataset.minutesLeft * MINUTE;
  let timer;
  const say = (name) => {
    ending.hidden = !name;
    document.documentElement.classList.toggle("session-ending", Boolean(name));
    for (const each of ending.querySelectorAll("[data-says]")) each.hidden = each.dataset.says !== name;
  };
  const told = async (answer) => {
    const { seconds_left: seconds, is_last: isLast } = answer.ok && !answer.redirected ? await answer.json() : { seconds_left: 0 };
    endsAt = Date.now() + seconds * 1000;
    const at = new Date(endsAt).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    for (const each of ending.querySelectorAll("[data-at]")) each.textContent = at;
    if (seconds <= 0) return say("ended");
    say(seconds * 1000 > warnedBefore ? "" : isLast ? "last" : "idle");
    return wait();
  };
  const ask = () => fetch(ending.dataset.session).then(told).catch(wait);
  const wait = () => {
    clearTimeout(timer);
    const left = endsAt - Date.now();
    timer = setTimeout(ask, Math.max(MINUTE / 2, left > warnedBefore ? left - warnedBefore : Math.min(left + 1000, MINUTE)));
  };
  for (const button of ending.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      const body = new URLSearchParams({ form_token: ending.querySelector("[name=form_token]").value });
      fetch(ending.dataset.session, { method: "POST", body }).then(told).catch(() => say("unreached"));
    });
  }
  // A machine that slept, or a page behind others, is late with its timers.
  document.addEventListener("visibilitychange", () => document.hidden || Date.now() < endsAt - warnedBefore || ask());
  wait();
}
