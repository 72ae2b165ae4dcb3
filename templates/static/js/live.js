// Keeps a page of "now" in step: asks for the pulse while somebody can see the page, and when that has changed puts
// the page's new content in place of the old. A form in which somebody has typed is never taken away.
(function () {
  const live = document.querySelector("[data-pulse]");
  if (!live) return;
  const said = live.querySelector(".live-said");
  const button = live.querySelector("button");
  const PARTS = ["main", ".notices", "footer.basis"];
  const OFTEN = 1500; // milliseconds
  const SELDOM = 5000; // when nobody has touched the page for IDLE
  const IDLE = 600_000;
  const GIVE_UP = 30_000; // longest wait after failures
  let seen = live.dataset.seen;
  let touched = Date.now();
  let failures = 0;
  let timer;
  let isAsking = false;
  let isTyping = false;

  for (const event of ["pointerdown", "keydown", "wheel"]) {
    addEventListener(event, () => (touched = Date.now()), { passive: true });
  }
  for (const event of ["input", "change"]) {
    document.addEventListener(event, ({ target }) => {
      if (target.closest("main form, main [form]")) isTyping = true;
    });
  }

  function later() {
    clearTimeout(timer);
    if (document.hidden) return;
    const calm = Date.now() - touched > IDLE ? SELDOM : OFTEN;
    const wait = failures ? Math.min(OFTEN * 2 ** failures, GIVE_UP) : calm;
    timer = setTimeout(ask, wait * (0.85 + Math.random() * 0.3));
  }

  async function ask() {
    clearTimeout(timer);
    if (isAsking || document.hidden) return;
    isAsking = true;
    try {
      const answer = await fetch(live.dataset.pulse, {
        headers: seen ? { "If-None-Match": `"${seen}"` } : {},
        credentials: "omit",
        cache: "no-store",
        signal: AbortSignal.timeout(10_000),
      });
      if (answer.status === 200) {
        const now = (await answer.text()).trim();
        if (now !== seen) await changed(now);
      } else if (answer.status !== 304 && answer.status !== 204) {
        throw new Error(`${answer.status}`);
      }
      failures = 0;
    } catch {
      failures += 1;
    } finally {
      isAsking = false;
      later();
    }
  }

  function isBusy() {
    const at = document.activeElement;
    const writes = at?.closest("main") && at.matches("textarea, select, input:not([type=checkbox], [type=radio])");
    return isTyping || Boolean(writes);
  }

  async function changed(now) {
    if (isBusy()) {
      seen = now;
      button.hidden = false;
      return;
    }
    await refresh();
    seen = now; // the pulse's own: the page may be younger than it, and must not be fetched for that again and again
  }

  // the address as it is, marked as nobody's doing: it neither takes messages away nor keeps a session alive
  async function refresh() {
    const answer = await fetch(location.href, { headers: { "X-Refresh": "1" }, credentials: "same-origin" });
    if (answer.redirected || [401, 403, 404].includes(answer.status)) return stop();
    if (!answer.ok) throw new Error(`${answer.status}`);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (isBusy()) {
      button.hidden = false;
      return;
    }
    put(fresh);
    button.hidden = true;
    isTyping = false;
    const clock = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    const words = document.createElement("span"); // a new one each time: it fades by itself
    words.textContent = `${live.dataset.updated} ${clock}`;
    said.replaceChildren(words);
  }

  function stop() {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", woken);
    later = () => {};
  }

  function put(fresh) {
    const place = { x: scrollX, y: scrollY, focus: path(document.activeElement), open: opened() };
    for (const part of PARTS) {
      const old = document.querySelector(part);
      const young = fresh.querySelector(part);
      if (!old || !young) continue;
      keepCharts(old, young);
      old.replaceChildren(...young.childNodes);
    }
    for (const [index, isOpen] of place.open) {
      const found = document.querySelectorAll("main details")[index];
      if (found && summaryOf(found) === isOpen.summary) found.open = isOpen.open;
    }
    if (place.focus) find(place.focus)?.focus({ preventScroll: true });
    scrollTo(place.x, place.y);
    document.dispatchEvent(new CustomEvent("contentchange"));
  }

  // a chart that is drawn stays where it is and takes its new figure in place
  function keepCharts(old, young) {
    for (const chart of old.querySelectorAll("[data-chart]")) {
      const same = [...young.querySelectorAll("[data-chart]")].find((one) => one.dataset.chart === chart.dataset.chart);
      if (same) same.replaceWith(chart);
    }
  }

  const summaryOf = (details) => details.querySelector("summary")?.textContent.trim();
  const opened = () =>
    [...document.querySelectorAll("main details")].map((one, index) => [
      index,
      { open: one.open, summary: summaryOf(one) },
    ]);

  // what has the focus, by what it is: its id or address, and which of those that are alike
  function path(element) {
    if (!element?.closest("main") || element.id === "main") return null;
    if (element.id) return { id: element.id };
    const selector = element.getAttribute("href") ? `a[href="${CSS.escape(element.getAttribute("href"))}"]` : element.localName;
    return { selector, index: [...document.querySelectorAll(`main ${selector}`)].indexOf(element) };
  }

  function find(where) {
    if (where.id) return document.getElementById(where.id);
    return document.querySelectorAll(`main ${where.selector}`)[where.index];
  }

  button.addEventListener("click", async () => {
    isTyping = false;
    document.activeElement?.blur();
    await refresh();
  });

  function woken() {
    if (document.hidden) clearTimeout(timer);
    else ask();
  }

  document.addEventListener("visibilitychange", woken);
  later();
})();
