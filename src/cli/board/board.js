// Keeps the page as the server would render it: replaces only what differs, so that focus, scrolling and selections stay.
"use strict";

const form = document.getElementById("filter");
const news = document.getElementById("news");
const connection = document.getElementById("connection");
const ANNOUNCE_EVERY = 5000;
let source, typing, announcing, announced = 0;

/** How far a time is from now, as coarse as page.rs says it. */
function relative(at, now) {
  const seconds = Math.floor(at / 1000) - Math.floor(now / 1000);
  const n = Math.abs(seconds);
  const words = n < 60 ? "under a minute" : n < 3600 ? `${Math.floor(n / 60)} min`
    : n < 172800 ? `${Math.floor(n / 3600)} h` : `${Math.floor(n / 86400)} d`;
  return seconds > 0 ? `in ${words}` : `${words} ago`;
}

function times(root) {
  const now = Date.now();
  for (const time of root.querySelectorAll("time")) {
    const words = relative(Date.parse(time.dateTime), now);
    if (time.textContent !== words) time.textContent = words;
  }
}

/** As many of these children as stand in this order already: only the others have to be moved. */
function inOrder(parent, children) {
  const place = new Map([...parent.children].map((child, n) => [child, n]));
  const ends = [], before = new Map(), stay = new Set();
  for (const child of children) {
    let n = ends.length;
    while (n > 0 && place.get(ends[n - 1]) > place.get(child)) n -= 1;
    before.set(child, ends[n - 1]);
    ends[n] = child;
  }
  for (let child = ends.at(-1); child; child = before.get(child)) stay.add(child);
  return stay;
}

/** Makes `from` what `to` is. What is keyed keeps its own element, and so do those of its children that are still there. */
function patch(from, to) {
  if (from.isEqualNode(to)) return;
  if (!from.hasAttribute("data-keyed")) {
    const focused = from.contains(document.activeElement) ? document.activeElement.id : "";
    from.replaceWith(to);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    return;
  }
  from.toggleAttribute("hidden", to.hasAttribute("hidden"));
  const stays = new Set([...to.children].map((child) => child.id));
  for (const child of [...from.children]) if (!stays.has(child.id)) child.remove();
  const known = new Map([...from.children].map((child) => [child.id, child]));
  const stay = inOrder(from, [...to.children].map((child) => known.get(child.id)).filter(Boolean));
  let at = from.firstElementChild;
  for (const child of [...to.children]) {
    // What is to stand further on is taken from here once it is its turn.
    while (at && !stay.has(at)) at = at.nextElementSibling;
    const old = known.get(child.id);
    if (!old) {
      from.insertBefore(child, at);
      continue;
    }
    if (old === at) at = at.nextElementSibling;
    else from.insertBefore(old, at);
    patch(old, child);
  }
}

/** Says what there is to say, but not more often than can be listened to. */
function announce(text) {
  clearTimeout(announcing);
  if (news.textContent === text) return;
  const wait = Math.max(0, announced + ANNOUNCE_EVERY - Date.now());
  announcing = setTimeout(() => {
    announced = Date.now();
    news.textContent = text;
  }, wait);
}

function show(event) {
  const push = JSON.parse(event.data);
  times(document);
  for (const [id, html] of Object.entries(push.parts)) {
    const part = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    times(part);
    patch(document.getElementById(id), document.adoptNode(part));
  }
  announce(push.news);
}

function query() {
  const asked = [...new FormData(form)].filter(([, value]) => value !== "");
  return asked.length > 0 ? `?${new URLSearchParams(asked)}` : "";
}

function stop() {
  source?.close();
  source = undefined;
}

function watch() {
  stop();
  source = new EventSource(`/events${query()}`);
  source.addEventListener("board", show);
  source.addEventListener("open", () => { connection.textContent = ""; });
  source.addEventListener("error", () => {
    connection.textContent = source?.readyState === EventSource.CLOSED
      ? "onhook board was started anew: open the address that it printed. What you see is out of date."
      : "onhook board does not answer: what you see may be out of date. It is tried again by itself.";
  });
}

function ask() {
  clearTimeout(typing);
  history.replaceState(null, "", `/${query()}`);
  watch();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
form.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(ask, 300);
});
// A browser has few connections to one server: a tab that nobody sees gives its one back.
document.addEventListener("visibilitychange", () => (document.hidden ? stop() : watch()));
setInterval(() => times(document), 15_000);
watch();
