// A packet's lines save themselves as they are typed, and show what others saved. Without this script the form's
// buttons do the saving. One `Line` per row: what its fields say, what the server has acknowledged, and its state.
(() => {
  const form = document.getElementById("entry-form");
  const bar = document.querySelector(".entry-bar");
  if (!form || !bar || !window.htmx) return;

  const PAUSE = 700; // milliseconds after the last key
  const RETRIES = [2, 4, 8, 15, 30, 60]; // seconds
  const POLL = 8000; // milliseconds
  const WATCHED = 10 * 60 * 1000; // without a key or click for longer, nobody is told of others' saves
  const MARK = "X-Packet-Lines"; // on every answer of ours; a sign-in page that a request was led to has none
  const TROUBLE = ["unsaved", "signedout", "refused", "gone", "conflict"];
  const LOST = ["unsaved", "signedout"];
  htmx.config.timeout = 20000;

  const words = document.getElementById("line-states").content;
  const lines = [];
  const byId = new Map();
  let applying = null; // the request whose answer is being put into the page
  let signedOut = false;
  let leaving = false;
  let wanted = null; // the button that was pressed while lines were still on their way
  let lastActive = Date.now();

  class Line {
    constructor(row) {
      this.row = row;
      this.id = row.dataset.line;
      this.answer = row.querySelector(".answer");
      this.slot = row.querySelector(".line-state");
      this.fields = {};
      for (const field of row.querySelectorAll("[data-field]")) this.fields[field.dataset.field] = field;
      this.version = this.fields.version;
      this.shown = this.fields.shown;
      delete this.fields.version;
      delete this.fields.shown;
      this.pending = null; // sent, and not answered: sent again as it was, for the server may have taken it
      this.inFlight = false;
      this.failures = 0;
      this.timer = 0;
      this.state = this.facts.state;
      this.acknowledged = TROUBLE.includes(this.state) ? "" : this.text();
      this.refused = this.state === "refused" ? this.text() : "";
      this.show(this.state);
    }

    get facts() {
      return this.answer.querySelector(".facts").dataset;
    }

    get hasFocus() {
      return this.row.contains(document.activeElement) && document.activeElement.matches("[data-field]");
    }

    get isDirty() {
      return this.text() !== this.acknowledged;
    }

    get isSafe() {
      return !this.isDirty && !this.pending && !this.inFlight;
    }

    // one of the two numbers of a ratio is there, and the other is probably about to be typed
    get isHalf() {
      const { numerator, denominator } = this.fields;
      return Boolean(numerator) && !numerator.value.trim() !== !denominator.value.trim();
    }

    values() {
      return Object.fromEntries(Object.entries(this.fields).map(([name, field]) => [name, field.value]));
    }

    text() {
      return JSON.stringify(this.values());
    }

    show(state) {
      this.state = state;
      this.row.dataset.state = state;
      const found = words.querySelector(`[data-state="${state}"]`);
      this.slot.replaceChildren(...(found ? [found.cloneNode(true)] : []));
      this.slot.hidden = !found;
      tell();
    }

    typed() {
      clearTimeout(this.timer);
      if (["conflict", "closed"].includes(this.state)) return;
      if (!this.isDirty && !this.pending) return this.inFlight || this.show("stored");
      if (!this.inFlight && !LOST.includes(this.state)) this.show("typing");
      this.timer = setTimeout(() => this.save(), PAUSE);
    }

    save({ whole = false, always = false, stays = this.hasFocus } = {}) {
      clearTimeout(this.timer);
      if (this.inFlight || ["conflict", "closed"].includes(this.state)) return;
      if (!this.isDirty && !this.pending && !always) return;
      if (this.refused && this.refused === this.text()) return this.show("refused");
      if (!whole && !this.pending && this.isHalf && stays) return this.show("half");
      this.pending ||= { text: this.text(), values: this.named() };
      this.inFlight = true;
      this.show("saving");
      htmx.ajax("POST", this.row.dataset.save, {
        source: this.answer, target: this.answer, swap: "none", values: this.pending.values,
      }).catch(() => {}); // what went wrong is in the event that follows
    }

    named() {
      const named = {};
      for (const field of [this.version, this.shown, ...Object.values(this.fields)]) named[field.name] = field.value;
      return named;
    }

    answered(request) {
      this.inFlight = false;
      if (request.getResponseHeader(MARK)) this.taken();
      else if (isSignedOut(request)) this.lost("signedout", { wasTaken: false });
      else if (request.status === 0 || request.status === 429 || request.status >= 500) this.lost("unsaved");
      else this.stopped();
      proceed();
    }

    taken() {
      const sent = this.pending.text;
      this.pending = null;
      this.failures = 0;
      signedOut = false;
      this.refused = this.facts.state === "refused" ? sent : "";
      if (this.facts.state !== "stored") {
        this.show(this.facts.state);
        if (this.refused && this.text() !== sent) this.typed(); // mended while the answer was on its way
        return;
      }
      this.acknowledged = sent;
      this.settled();
      if (this.isDirty) this.typed();
    }

    // the version and the texts of what is stored now, for the next save
    settled() {
      this.version.value = this.facts.version;
      this.shown.value = this.facts.texts;
      const explanation = this.fields.explanation;
      explanation.closest(".explanation").hidden = this.facts.doubts === "0" && !explanation.value;
      this.show("stored");
    }

    lost(state, { wasTaken = true } = {}) {
      if (!wasTaken) this.pending = null;
      signedOut = state === "signedout";
      const pause = RETRIES[Math.min(this.failures, RETRIES.length - 1)];
      this.failures += 1;
      this.timer = setTimeout(() => this.save(), pause * 1000);
      this.show(state);
    }

    stopped() {
      this.refused = this.pending.text;
      this.pending = null;
      this.show("gone");
    }

    // what somebody else saved stands in the fields; or the line can no longer be entered
    renewed() {
      if (this.facts.state !== "stored") {
        this.version.value = this.facts.version;
        for (const field of Object.values(this.fields)) field.disabled = true;
        return this.show("closed");
      }
      this.fill(JSON.parse(this.facts.texts));
      this.acknowledged = this.text();
      this.settled();
      this.row.classList.add("is-news");
      setTimeout(() => this.row.classList.remove("is-news"), 4000);
    }

    fill(texts) {
      for (const [name, field] of Object.entries(this.fields)) field.value = texts[name] ?? "";
      const nothing = this.row.querySelector("details.nothing");
      if (nothing && texts.nothing_because) nothing.open = true;
    }

    decide(keep) {
      this.version.value = this.facts.version;
      this.shown.value = this.facts.texts;
      if (keep === "theirs") this.fill(JSON.parse(this.facts.texts));
      this.show("typing");
      this.save({ whole: true, always: true });
      (this.fields.value || this.fields.numerator || this.fields.stage).focus();
    }
  }

  function isSignedOut(request) {
    if (request.status === 401 || request.status === 403) return true;
    return request.status === 200 || (request.status >= 300 && request.status < 400);
  }

  function lineOf(element) {
    const row = element instanceof Element ? element.closest("tr[data-line]") : null;
    return row ? byId.get(row.dataset.line) : undefined;
  }

  function tell() {
    const box = document.getElementById("packet-trouble");
    const unsaved = lines.filter((line) => line.state === "unsaved").length;
    const blocked = lines.some((line) => ["refused", "gone", "conflict"].includes(line.state));
    let text = blocked ? box.dataset.first : "";
    if (unsaved) text = box.dataset.unsaved.replace("{n}", unsaved);
    if (signedOut) text = box.dataset.signedout;
    if (box.querySelector(".words").textContent !== text) box.querySelector(".words").textContent = text;
    box.querySelector("a").hidden = !signedOut;
    box.hidden = !text;
  }

  // hands the packet in once everything that was typed is saved
  function proceed() {
    if (!wanted || lines.some((line) => line.inFlight)) return;
    const button = wanted;
    wanted = null;
    const open = lines.find((line) => !line.isSafe);
    if (!open) return button.value === "submit" ? form.requestSubmit(button) : undefined;
    if (LOST.includes(open.state)) return;
    open.row.scrollIntoView({ block: "center" });
    (open.fields.value || open.fields.numerator || open.fields.stage).focus();
  }

  function saveAll(how) {
    for (const line of lines) line.save(how);
  }

  form.addEventListener("submit", (event) => {
    if (lines.every((line) => line.isSafe) && event.submitter?.value === "submit") {
      form.elements.csrfmiddlewaretoken.value = token();
      leaving = true;
      return;
    }
    event.preventDefault();
    wanted = event.submitter || form.querySelector("button");
    saveAll({ whole: true });
    proceed();
  });

  // signing in again, in another tab, changes the token
  function token() {
    const cookie = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
    return cookie ? cookie.slice("csrftoken=".length) : form.elements.csrfmiddlewaretoken.value;
  }

  document.body.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token();
    if (event.detail.elt === bar) event.detail.headers["X-Poll"] = "1"; // keeps nobody signed in
  });

  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = event;
    const isOurs = detail.xhr.getResponseHeader(MARK) !== null;
    if (detail.target === bar || detail.target.matches(".answer")) {
      detail.shouldSwap = isOurs && detail.xhr.status !== 204;
      detail.isError = false;
      applying = detail.target;
    }
  });

  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const line = lineOf(event.detail.target);
    if (!line || applying !== bar) return;
    const facts = line.asked ?? event.detail.fragment.querySelector(".facts")?.dataset;
    line.asked = facts;
    const isOlder = facts && Number(facts.version) <= Number(line.version.value);
    if (!line.isSafe || line.hasFocus || isOlder) event.detail.shouldSwap = false;
    else line.isRenewed = true;
  });

  document.body.addEventListener("htmx:afterRequest", (event) => {
    applying = null;
    const { elt, xhr } = event.detail;
    if (elt === bar) return polled(xhr);
    const line = elt.matches(".answer") ? lineOf(elt) : undefined;
    if (line) line.answered(xhr);
  });

  // whether the evidence that a target asks for is there is one of the doubts about its line
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.elt.matches(".evidence")) lineOf(event.detail.elt)?.save({ always: true });
  });

  let isPolling = false;

  function poll() {
    const isWatched = !document.hidden && Date.now() - lastActive < WATCHED;
    if (isPolling || !isWatched) return;
    isPolling = true;
    const asked = lines.filter((line) => line.isSafe && !line.hasFocus);
    const since = [form.dataset.version, ...asked.map((line) => `${line.id}.${line.version.value}`)].join("~");
    const where = `${form.dataset.changes}&since=${since}`;
    htmx.ajax("GET", where, { source: bar, target: bar, swap: "none" }).catch(() => {});
  }

  function polled(request) {
    isPolling = false;
    for (const line of lines) {
      if (line.isRenewed) line.renewed();
      line.isRenewed = false;
      line.asked = undefined;
    }
    const moved = document.querySelector("#packet-moved [data-version]");
    if (moved) form.dataset.version = moved.dataset.version;
    if (request.getResponseHeader(MARK) === null && isSignedOut(request)) signedOut = true;
    else if (request.getResponseHeader(MARK) !== null && signedOut) {
      signedOut = false;
      saveAll();
    }
    tell();
  }

  function onTyping(event) {
    const line = event.target.matches?.("[data-field]") ? lineOf(event.target) : undefined;
    if (!line) return;
    if (event.isComposing) clearTimeout(line.timer); // a Chinese word half typed is not saved
    else line.typed();
  }

  document.addEventListener("input", onTyping);
  document.addEventListener("compositionend", onTyping);
  document.addEventListener("focusout", (event) => {
    const line = event.target.matches?.("[data-field]") ? lineOf(event.target) : undefined;
    if (!line) return;
    const stays = line.row.contains(event.relatedTarget);
    if (line.isDirty && !line.inFlight && !LOST.includes(line.state)) line.save({ whole: !stays, stays });
  });
  document.addEventListener("click", (event) => {
    const keep = event.target.closest("[data-keep]");
    if (keep) lineOf(keep).decide(keep.dataset.keep);
  });
  for (const kind of ["keydown", "pointerdown"]) {
    document.addEventListener(kind, () => (lastActive = Date.now()), { passive: true });
  }
  window.addEventListener("online", () => saveAll());
  window.addEventListener("focus", () => saveAll());
  document.addEventListener("visibilitychange", () => {
    saveAll({ whole: document.hidden });
    if (!document.hidden) poll();
  });
  window.addEventListener("pageshow", () => (leaving = false));
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && lines.some((line) => !line.isSafe)) event.preventDefault();
  });

  for (const row of document.querySelectorAll("tr[data-line]")) {
    const line = new Line(row);
    lines.push(line);
    byId.set(line.id, line);
  }
  setInterval(poll, POLL);
  window.packetLines = { lines, lineOf, poll };
})();
