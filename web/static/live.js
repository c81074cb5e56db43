// Comfort only: a list that is asked anew, and work that is watched, change on the page instead of loading it again.
"use strict";

// What changes with the address: the page itself, and what leads back to it from around it.
const PARTS = ["#content", ".news", ".who", ".bottom-inner", ".main-nav.wide ul"];
let asking = null;

const said = document.createElement("p");
said.className = "hidden";
said.setAttribute("aria-live", "polite");
document.body.append(said);

// What had the focus, as it can be found again where the same control stands on the new page.
function placeOf(element) {
  const content = document.getElementById("content");
  if (!element || element === content || !content.contains(element)) return () => null;
  if (element.id) return () => document.getElementById(element.id);
  const words = (each) => each.textContent.replace(/[↓↑]/g, "").trim();
  const { tagName, name, type, value } = element;
  const text = words(element);
  const isTicked = type === "checkbox" || type === "radio";
  const isSame = (each) => (name ? each.name === name && (!isTicked || each.value === value) : words(each) === text);
  return (fresh) => [...fresh.querySelectorAll(tagName)].find(isSame);
}

async function show(address, { isKept = true, isWatched = false, focused = document.activeElement, isPaged = false } = {}) {
  asking?.abort();
  const mine = asking = new AbortController();
  const content = document.getElementById("content");
  const again = placeOf(focused);
  content.setAttribute("aria-busy", "true");
  let answer, page;
  try {
    answer = await fetch(address, { signal: mine.signal, headers: { Accept: "text/html" } });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch (wrong) {
    // A later question has taken its place.
    if (asking !== mine) return;
    content.removeAttribute("aria-busy");
    if (isWatched || wrong.name === "AbortError") watch();
    else location.assign(address);
    return;
  }
  // Signed out, led elsewhere or refused: the browser goes there itself, and what it is told is shown as ever.
  const isHere = new URL(answer.url).pathname === location.pathname;
  if (!answer.ok || !isHere || !page.getElementById("content")) {
    location.assign(answer.ok ? answer.url : address);
    return;
  }
  if (isKept) history.pushState({ isLive: true }, "", answer.url + new URL(address).hash);
  document.title = page.title;
  for (const fold of content.querySelectorAll("details[data-stays][open]")) {
    page.querySelector(`details[data-stays="${fold.dataset.stays}"]`)?.setAttribute("open", "");
  }
  for (const part of PARTS) {
    const [here, fresh] = [document.querySelector(part), page.querySelector(part)];
    if (here && fresh) here.replaceChildren(...document.adoptNode(fresh).childNodes);
  }
  content.removeAttribute("aria-busy");
  document.dispatchEvent(new CustomEvent("page-changed"));
  if (content.contains(focused) || !document.contains(focused)) (again(content) ?? content).focus({ preventScroll: true });
  if (isPaged) (content.querySelector(".table-frame") ?? content).scrollIntoView({ block: "start" });
  const told = content.querySelector(".found, caption") ?? content.querySelector("h1");
  if (!isWatched || !content.querySelector("[data-renews]")) said.textContent = told?.textContent.trim() ?? "";
  watch();
}

function follow(event, address, options) {
  const to = new URL(address, location.href);
  // Another place of the very same page is the browser's.
  if (to.origin !== location.origin || to.pathname !== location.pathname || (to.hash && to.search === location.search)) return;
  event.preventDefault();
  if (history.state?.isLive === undefined) history.replaceState({ isLive: true }, "");
  show(to.href, options);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#content a[href]");
  const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!link || !isPlain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  if (!link.search && !location.search) return;
  follow(event, link.href, { focused: link, isPaged: Boolean(link.closest(".pager")) });
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() === "post" || !form.closest("#content") || form.getAttribute("role") !== "search") return;
  // A field may be called "action", and hide what the form says of itself.
  const to = new URL(form.getAttribute("action") ?? "", location.href);
  to.search = new URLSearchParams(new FormData(form, event.submitter)).toString();
  follow(event, to.href, { focused: event.submitter ?? document.activeElement });
});

// Who is leaving the page is not called back to it by an answer that comes late.
window.addEventListener("beforeunload", () => asking?.abort());

window.addEventListener("popstate", (event) => {
  if (event.state?.isLive) show(location.href, { isKept: false });
});

// Work that goes on is looked at again while its page is in sight: <… data-renews="2"> with the seconds between.
let looking;
function watch() {
  clearTimeout(looking);
  const work = document.querySelector("#content [data-renews]");
  if (!work) return;
  const look = () => (document.hidden ? watch() : show(location.href, { isKept: false, isWatched: true }));
  looking = setTimeout(look, work.dataset.renews * 1000);
}
watch();
