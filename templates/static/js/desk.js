// The queue by keyboard: j/k or the arrows go from packet to packet, Enter opens one, x chooses it.
(function () {
  const rows = () => [...document.querySelectorAll("[data-packet]")];
  const link = (row) => row.querySelector("[data-opens]");
  const current = () => document.activeElement?.closest("[data-packet]");
  const help = document.querySelector("[data-keys]");
  if (help) help.hidden = false;

  function go(step) {
    const all = rows();
    const at = all.indexOf(current());
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
    next?.closest("details")?.setAttribute("open", "");
    if (next) link(next).focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  function count() {
    const number = document.querySelectorAll("[name=packet]:checked").length;
    for (const button of document.querySelectorAll("[data-accepts]")) {
      button.disabled = number === 0;
      button.querySelector("[data-number]").textContent = number ? ` (${number})` : "";
    }
  }

  function choose() {
    const box = current()?.querySelector("[name=packet]");
    if (!box || box.disabled) return;
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  document.addEventListener("keydown", (event) => {
    const { target } = event;
    const writes = target.matches("textarea, select, input:not([type=checkbox])");
    if (writes || event.ctrlKey || event.metaKey || event.altKey) return;
    const isArrow = event.key === "ArrowDown" || event.key === "ArrowUp";
    if (isArrow && !current()) return; // the arrows scroll the page until a packet has the focus
    const act = { j: () => go(1), ArrowDown: () => go(1), k: () => go(-1), ArrowUp: () => go(-1), x: choose }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-choose-all]")) {
      for (const box of document.querySelectorAll("[name=packet]:not(:disabled)")) box.checked = target.checked;
    }
    count();
  });
  document.addEventListener("contentchange", count);
  count();
})();
