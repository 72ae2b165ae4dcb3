// Draws every [data-chart]: plotly.js once, then each figure's JSON when it comes near the window.
// Colours arrive as var(--name) and take the page's values; a change of theme draws the same figure anew. Pictures to
// take away and pages to print are drawn in the light theme.
(function () {
  const places = () => [...document.querySelectorAll("[data-chart]")];
  if (!places().length) return;
  const source = document.currentScript.dataset.plotly;
  const settings = { responsive: true, displayModeBar: false, displaylogo: false, doubleClick: false };
  const PAPER = 690; // pixels: the width of an A4 page between its margins
  const NARROW = 560;
  let library;

  // plotly.js carries a map library that writes a style element as soon as it is loaded. The policy of the pages
  // forbids it and no chart here is a map, so that it gets an element that does nothing instead.
  function withoutStyleElements() {
    const create = document.createElement;
    document.createElement = (name, ...rest) => create.call(document, name === "style" ? "template" : name, ...rest);
    return () => delete document.createElement;
  }

  function plotly() {
    library ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      const restore = withoutStyleElements();
      script.src = source;
      script.onload = () => resolve(window.Plotly);
      script.onerror = reject;
      script.addEventListener("load", restore);
      script.addEventListener("error", restore);
      document.head.append(script);
    });
    return library;
  }

  function coloured(value, styles) {
    if (typeof value === "string") {
      return value.replace(/var\((--[\w-]+)\)/g, (_, name) => styles.getPropertyValue(name).trim());
    }
    if (Array.isArray(value)) return value.map((item) => coloured(item, styles));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, coloured(item, styles)]));
    }
    return value;
  }

  // on a narrow screen the line under the title becomes as many lines as it has parts
  function narrowed(layout) {
    const parts = layout.title.subtitle.text.split(" · ");
    const title = { ...layout.title, subtitle: { ...layout.title.subtitle, text: parts.join("<br>") } };
    const margin = { ...layout.margin, ...layout.meta?.narrow?.margin, t: layout.margin.t + 16 * (parts.length - 1) };
    return { ...layout, ...layout.meta?.narrow, title, margin };
  }

  // the figure in the page's colours, or in those of the light theme
  function made(place, { light = false, isNarrow = place.clientWidth < NARROW } = {}) {
    const root = document.documentElement;
    const theme = root.dataset.theme;
    if (light) root.dataset.theme = "light";
    const { data, layout } = coloured(place.figure, getComputedStyle(root));
    if (light && theme) root.dataset.theme = theme;
    else if (light) delete root.dataset.theme;
    return { data, layout: isNarrow ? narrowed(layout) : layout };
  }

  async function draw(place) {
    const library = await plotly();
    const { data, layout } = made(place);
    await library.react(place.canvas, data, layout, settings);
    place.dataset.drawn = "yes";
  }

  async function save(place, format) {
    const { offsetWidth: width, offsetHeight: height } = place.canvas;
    const picture = { ...made(place, { light: true }), config: settings };
    await (await plotly()).downloadImage(picture, { format, width, height, scale: 2, filename: place.dataset.file });
  }

  function offerPictures(place) {
    for (const button of place.querySelectorAll("[data-image]")) {
      button.hidden = false;
      button.addEventListener("click", () => save(place, button.dataset.image));
    }
  }

  const isWaiting = (place) => place.classList.contains("is-waiting");

  async function show(place) {
    if (place.canvas || isWaiting(place)) return;
    place.classList.add("is-waiting");
    try {
      const [answer] = await Promise.all([fetch(place.dataset.chart, { credentials: "same-origin" }), plotly()]);
      if (!answer.ok) throw new Error(`${answer.status}`);
      place.figure = await answer.json();
      place.canvas = document.createElement("div");
      place.prepend(place.canvas);
      await draw(place);
      offerPictures(place);
      place.canvas.on("plotly_click", ({ points: [point] }) => {
        const address = point.data.meta?.addresses?.[point.pointNumber];
        if (address) location.href = address + location.search;
      });
    } catch (error) {
      place.classList.add("is-away");
      place.dataset.drawn = "no";
      place.closest("section")?.querySelector("details.data")?.setAttribute("open", "");
      console.warn("no chart:", error);
    } finally {
      place.classList.remove("is-waiting");
      if (place.isOutdated && place.dataset.drawn === "yes") renew(place);
      place.isOutdated = false;
    }
  }

  const watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter((one) => one.isIntersecting)) {
        watcher.unobserve(entry.target);
        show(entry.target);
      }
    },
    { rootMargin: "600px" },
  );

  // called again whenever content has come in place of other: what is drawn takes its new figure where it stands
  async function renew(place) {
    const answer = await fetch(place.dataset.chart, { credentials: "same-origin" });
    if (!answer.ok) return;
    place.figure = await answer.json();
    await draw(place);
  }

  function setUp() {
    for (const place of places()) {
      if (place.dataset.drawn === "yes") renew(place);
      else if (isWaiting(place)) place.isOutdated = true;
      else watcher.observe(place);
    }
  }

  // those further down are drawn when there is nothing else to do, so that a printed page has them all
  function drawTheRest() {
    const next = places().find((place) => !place.dataset.drawn && !isWaiting(place));
    if (!next) return;
    watcher.unobserve(next);
    show(next).then(() => later(drawTheRest));
  }

  const later = (work) => (window.requestIdleCallback ? requestIdleCallback(work, { timeout: 3000 }) : setTimeout(work, 800));

  // before paper there is no time to wait for anything
  function forPaper() {
    for (const place of places().filter((one) => one.dataset.drawn === "yes")) {
      const { data, layout } = made(place, { light: true, isNarrow: true });
      window.Plotly.react(place.canvas, data, { ...layout, width: PAPER, autosize: false }, settings);
    }
  }

  const again = () => places().filter((place) => place.figure).forEach((place) => draw(place));
  setUp();
  addEventListener("load", () => later(drawTheRest));
  addEventListener("beforeprint", forPaper);
  addEventListener("afterprint", () => again());
  document.addEventListener("contentchange", setUp);
  document.addEventListener("themechange", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
})();
