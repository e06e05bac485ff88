// Progressive enhancement only: every page works without this file.

// A form is sent once. Coming back by the back button makes it usable again.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

// A test card is filled in by a tap.
for (const button of document.querySelectorAll("button[data-fill]")) {
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.fill);
    field.value = button.dataset.value.replace(/(.{4})(?=.)/g, "$1 ");
    field.focus();
  });
}

// The one-time code goes off by itself once it is whole.
const code = document.getElementById("code");
code?.addEventListener("input", () => {
  if (/^\d{6}$/.test(code.value.replace(/\s/g, ""))) code.form.requestSubmit();
});

// Where the law wants reading time, the answer waits for it (the server checks it again).
for (const form of document.querySelectorAll("form[data-read-seconds]")) {
  const button = form.querySelector("button");
  button.disabled = true;
  setTimeout(() => { button.disabled = false; }, Number(form.dataset.readSeconds) * 1000);
}

// The waiting page asks quietly and moves on when there is news; without script it renews itself.
const waiting = document.querySelector("[data-refresh-seconds]");
if (waiting) {
  const { refreshSeconds, refreshUrl, payment } = waiting.dataset;
  const look = async () => {
    try {
      const answer = await fetch(refreshUrl, { headers: { Accept: "text/html" } });
      const news = answer.redirected || !(await answer.text()).includes(`data-payment="${payment}"`);
      if (answer.ok && news) {
        location.replace(answer.url);
        return;
      }
    } catch {
      // no connection for a moment: asked again below
    }
    setTimeout(look, Number(refreshSeconds) * 1000);
  };
  setTimeout(look, Number(refreshSeconds) * 1000);
}

// What was wrong comes into view.
document.querySelector("[aria-invalid=true]")?.focus();
