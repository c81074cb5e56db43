// Comfort only: every page works without this file.
"use strict";

// An error summary takes the focus, so that whoever cannot see it hears it first.
document.getElementById("error-summary")?.focus();

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
for (const box of document.querySelectorAll("[data-ticks]")) box.hidden = false;

// A list that sends its form as soon as it is changed: <select data-sends>.
document.addEventListener("change", (event) => {
  if (event.target.dataset?.sends !== undefined) event.target.form?.requestSubmit();
});

// Printing on a button: <button type="button" data-prints hidden>.
for (const button of document.querySelectorAll("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

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

// The search of all pages takes the focus with Ctrl+K, and with / where nothing is being written.
document.addEventListener("keydown", (event) => {
  const field = document.getElementById("search-everything");
  const writes = event.target.matches?.("input:not([type=checkbox]):not([type=radio]), textarea, select");
  const asked = (event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !writes);
  if (!field || !asked || event.altKey) return;
  event.preventDefault();
  field.focus();
  field.select();
});

// From the name of a row, j and k go to the next and the one before; nowhere else do letters do anything.
document.addEventListener("keydown", (event) => {
  const step = { j: 1, k: -1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey || !event.target.matches?.("a.row-link")) return;
  const rows = [...document.querySelectorAll("a.row-link")];
  rows[rows.indexOf(event.target) + step]?.focus();
});
