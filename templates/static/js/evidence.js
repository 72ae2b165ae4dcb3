// Evidence without a reload: files go as soon as they are chosen, with their progress. Without it the forms just post.
(() => {
  const MARK = "X-Evidence"; // on every answer of ours; a sign-in page that a request was led to has none

  function say(form, words) {
    const place = form.querySelector("[role=alert]");
    if (!place) return;
    place.textContent = words;
    place.hidden = !words;
  }

  function failed(form) {
    if (!form?.dataset.failed) return;
    if (form.matches("[data-sends-files]")) form.reset(); // so that the same file can be chosen again
    say(form, form.dataset.failed);
    const bar = form.querySelector("progress");
    if (bar) bar.hidden = true;
  }

  const MEGABYTE = 1024 * 1024;

  // the server says the same, but only once it was asked
  function tooLarge(files, words) {
    const large = files.filter((file) => file.size > Number(words.fileMb) * MEGABYTE);
    if (large.length) return `${words.tooLarge} ${large.map((file) => file.name).join(", ")}`;
    const total = files.reduce((sum, file) => sum + file.size + 1024, 0);
    return total > Number(words.totalMb) * MEGABYTE ? words.tooMuch : "";
  }

  const formOf = (element) => (element instanceof Element ? element.closest(".evidence form") : null);

  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (event.target.type !== "file" || !form?.matches("[data-sends-files]")) return;
    const trouble = tooLarge([...event.target.files], form.dataset);
    if (trouble) {
      say(form, trouble);
      event.target.value = "";
    } else if (event.target.files.length) {
      say(form, "");
      form.requestSubmit();
    }
  });

  document.addEventListener("htmx:xhr:progress", (event) => {
    const bar = formOf(event.target)?.querySelector("progress");
    if (!bar || !event.detail.lengthComputable) return;
    bar.hidden = false;
    bar.value = (100 * event.detail.loaded) / event.detail.total;
  });

  // a refusal comes as the same list with the reason in it; anything that is not ours stays out of the page
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!detail.target.matches(".evidence")) return;
    const isOurs = detail.xhr.getResponseHeader(MARK) !== null;
    detail.shouldSwap = isOurs;
    detail.isError = false;
    if (!isOurs) failed(formOf(detail.requestConfig.elt));
  });

  // one at a time: the answer replaces the whole list, with the forms of whatever else would be on its way
  function setBusy(list, isBusy) {
    if (!list) return;
    list.ariaBusy = String(isBusy);
    for (const control of list.querySelectorAll("button, input[type=file]")) control.disabled = isBusy;
  }

  document.addEventListener("htmx:beforeSend", ({ detail }) => setBusy(formOf(detail.elt)?.closest(".evidence"), true));
  document.addEventListener("htmx:afterRequest", ({ detail }) => setBusy(formOf(detail.elt)?.closest(".evidence"), false));

  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => failed(formOf(event.target)));
  }
})();
