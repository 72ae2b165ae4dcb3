// Keys and pasting in a packet: the same field of the next line, the stored value back, a column out of Excel.
(() => {
  const packet = window.packetLines;
  const bar = document.querySelector(".entry-bar");
  if (!packet) return;
  const { lines, lineOf } = packet;
  const NUMBERS = ["value", "numerator", "denominator"];
  const FIGURE = [...NUMBERS, "stage"];
  let lastPaste = [];

  const isUsable = (field) => field && !field.disabled && field.getClientRects().length > 0;
  const first = (line) => FIGURE.map((name) => line.fields[name]).find(isUsable);

  function counterpart(line, name) {
    if (isUsable(line.fields[name])) return line.fields[name];
    return FIGURE.includes(name) ? first(line) : undefined;
  }

  function go(field) {
    field.focus();
    if (field.select) field.select();
    field.scrollIntoView({ block: "nearest" });
  }

  function move(line, name, step) {
    for (let place = lines.indexOf(line) + step; lines[place]; place += step) {
      const field = counterpart(lines[place], name);
      if (field) return go(field);
    }
  }

  function restore(line, field) {
    const stored = JSON.parse(line.shown.value)[field.dataset.field] ?? "";
    if (field.value === stored) return;
    field.value = stored;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function stepOf(event) {
    const isText = event.target.type === "text";
    if (event.key === "Enter" && !event.altKey) return event.shiftKey ? -1 : 1;
    if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey || !isText) return 0;
    return { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0;
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // the key belongs to the input method
    const field = event.target;
    const line = field.matches?.("[data-field]") ? lineOf(field) : undefined;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      if (!line) return;
      event.preventDefault();
      return bar.querySelector("button.primary").focus();
    }
    if (!line) return;
    if (event.key === "Escape") return restore(line, field);
    const step = field.tagName === "TEXTAREA" ? 0 : stepOf(event);
    if (!step) return;
    event.preventDefault();
    move(line, field.dataset.field, step);
  });

  // rows of cells; a cell in quotes is one that Excel put there because of a line break or a tab in it
  function cellsOf(text) {
    const rows = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
    return rows.map((row) => row.split("\t").map((cell) => cell.replace(/^"(.*)"$/, "$1").trim()));
  }

  // the fields of a line that a row of cells goes to, from the column in which it was pasted
  function placesOf(line, from, width) {
    const own = NUMBERS.filter((name) => isUsable(line.fields[name]));
    if (width === 1) return own.includes(from) ? [from] : [];
    return from === "denominator" && own.length > 1 ? own.slice(1) : own;
  }

  function spread(start, from, rows) {
    const width = Math.max(...rows.map((row) => row.length));
    const below = lines.slice(lines.indexOf(start)).filter((line) => placesOf(line, from, width).length);
    const done = [];
    let misfits = 0;
    rows.forEach((row, place) => {
      const line = below[place];
      const names = line ? placesOf(line, from, width) : [];
      const fits = row.every((cell, column) => !cell || column < names.length);
      if (!fits) return void (misfits += 1);
      row.forEach((cell, column) => cell && done.push(put(line, names[column], cell)));
    });
    return { done, misfits };
  }

  function put(line, name, text) {
    const field = line.fields[name];
    const before = field.value;
    field.value = text;
    return { line, field, before };
  }

  function saveThem(done) {
    for (const line of new Set(done.map((one) => one.line))) {
      line.typed();
      line.save({ whole: true });
    }
  }

  function report(done, misfits) {
    const trouble = document.getElementById("packet-trouble").dataset;
    const box = document.getElementById("packet-pasted");
    const number = new Set(done.map((one) => one.line)).size;
    const said = [trouble.pasted.replace("{n}", number)];
    if (misfits === 1) said.push(trouble.misfitOne);
    else if (misfits) said.push(trouble.misfit.replace("{n}", misfits));
    box.querySelector(".words").textContent = said.join(" ");
    box.querySelector("[data-undo]").hidden = !done.length;
    box.hidden = false;
  }

  document.addEventListener("paste", (event) => {
    const field = event.target;
    const line = field.matches?.("[data-field]") ? lineOf(field) : undefined;
    if (!line || !NUMBERS.includes(field.dataset.field)) return;
    const text = event.clipboardData.getData("text/plain");
    if (!/[\t\n\r]/.test(text.trim())) return;
    event.preventDefault();
    const { done, misfits } = spread(line, field.dataset.field, cellsOf(text));
    lastPaste = done;
    saveThem(done);
    report(done, misfits);
  });

  bar.querySelector("[data-undo]").addEventListener("click", () => {
    for (const { field, before } of lastPaste) field.value = before;
    saveThem(lastPaste);
    document.getElementById("packet-pasted").hidden = true;
    if (lastPaste.length) go(lastPaste[0].field);
    lastPaste = [];
  });

  bar.querySelector("[data-next-empty]").addEventListener("click", () => {
    const here = lines.findIndex((line) => line.wasLast);
    const around = [...lines.slice(here + 1), ...lines.slice(0, here + 1)];
    const empty = around.find((line) => line.facts.filled === "no" && line.isSafe && first(line));
    if (empty) go(first(empty));
  });
  document.addEventListener("focusin", (event) => {
    const line = lineOf(event.target);
    if (!line) return;
    for (const one of lines) one.wasLast = one === line;
  });
})();
