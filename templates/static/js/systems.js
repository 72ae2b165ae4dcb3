// Pages of connected systems: a key is copied, and a form that makes one is sent once.

async function copy(text, place) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // no clipboard without https: select it, so that the old command or the person can copy it
    const range = document.createRange();
    range.selectNodeContents(place);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const place = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    if (await copy(place.textContent, place)) button.textContent = button.dataset.done;
  });
}

// a second click would make a second key, and take the first one's only showing away
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("[type=submit]")) button.disabled = true;
  });
}

addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[data-once] [type=submit]")) button.disabled = false;
});
