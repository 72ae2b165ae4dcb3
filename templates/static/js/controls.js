// Small helps. Every page works without them.
const root = document.documentElement;

function isDark() {
  if (root.dataset.theme) return root.dataset.theme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

for (const button of document.querySelectorAll("[data-theme-toggle]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("theme", root.dataset.theme);
    } catch {
      // not remembered, but switched
    }
    document.dispatchEvent(new CustomEvent("themechange"));
  });
}

// on the document: an open page puts new fields in place of old ones
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-submits]")) target.form.requestSubmit();
});

// a day that is picked becomes the text of its field
for (const picker of document.querySelectorAll("[data-picker]")) {
  const [day, button] = [picker.querySelector("input"), picker.querySelector("button")];
  const text = picker.closest("form").elements[picker.dataset.picker];
  if (!day.showPicker) continue;
  picker.hidden = false;
  button.addEventListener("click", () => {
    if (/^\d{4}-\d\d-\d\d$/.test(text.value)) day.value = text.value;
    day.showPicker();
  });
  day.addEventListener("change", () => {
    if (day.value) text.value = day.value;
    text.focus();
  });
}

// a page may have been open for hours: paper says when it was printed
addEventListener("beforeprint", () => {
  const two = (number) => String(number).padStart(2, "0");
  const now = new Date();
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  for (const place of document.querySelectorAll("[data-printed]")) {
    place.textContent = `${day} ${two(now.getHours())}:${two(now.getMinutes())}`;
  }
});

// what is shown stands at the end of a table of many quarters
function toShown() {
  for (const matrix of document.querySelectorAll(".matrix-scroll")) matrix.scrollLeft = matrix.scrollWidth;
}

toShown();
document.addEventListener("contentchange", toShown);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
});
