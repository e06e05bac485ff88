// A shopper's place at a flash sale: counts down by the server's clock, asks the gate at the start if the shopper has
// pressed "Buy for me", or when the shopper taps, and then as often as the gate says. What is shown is what the gate has said; "held" leads on, and only then is it the shopper's.
const root = document.querySelector("[data-sale]");
const born = performance.now();
const opensIn = () => Number(root.dataset.startsIn) - (performance.now() - born);

const show = (state) => {
  root.dataset.sale = state;
  for (const part of root.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
  for (const part of document.querySelectorAll("[data-card]")) part.hidden = ["sold_out", "over", "enough"].includes(state);
};

const clock = root.querySelector("[data-count]");
const pad = (n) => String(n).padStart(2, "0");
const tick = () => {
  const left = Math.max(0, Math.ceil(opensIn() / 1000));
  const hours = Math.floor(left / 3600);
  clock.textContent = `${hours ? `${hours}:` : ""}${pad(Math.floor(left / 60) % 60)}:${pad(left % 60)}`;
  if (left) setTimeout(tick, 250);
};
if (clock && opensIn() > 0) tick();

const { ticket, claim, here, draw } = root.dataset;
let asking = false;
let lowest = Infinity;

const later = (seconds) => setTimeout(ask, seconds * 1000 + Math.random() * 500);

async function ask() {
  if (asking) return;
  asking = true;
  try {
    const answer = await fetch(claim, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ticket }),
    });
    hear(await answer.json());
  } catch {
    show("unavailable");
    later(2);
  } finally {
    asking = false;
  }
}

function hear(told) {
  switch (told.state) {
    case "held":
    case "refused":
      location.replace(told.checkout ?? here);
      return;
    case "waiting":
      lowest = Math.min(lowest, told.place); // answers may overtake one another; a place never gets worse
      root.querySelector("[data-place]").textContent = lowest;
      break;
    case "not_open":
      later(1);
      return;
    case "sold_out":
      for (const part of root.querySelectorAll("[data-final]")) part.hidden = (part.dataset.final === "yes") !== told.final;
      if (!told.final) later(10);
      break;
    case "reserving":
      show("asking");
      later(told.again_in);
      return;
    case "too_fast":
      later(told.again_in);
      return;
  }
  show(told.state);
  if (["waiting", "paused", "no_credit", "unavailable"].includes(told.state)) later(told.again_in ?? 2);
}

function waitForTheStart() {
  const button = root.querySelector("[data-arm]");
  const armed = () => sessionStorage.getItem(here) === "armed"; // in this tab, over a reload
  const draw = () => {
    button.hidden = armed();
    root.querySelector("[data-armed]").hidden = !armed();
  };
  button.addEventListener("click", () => {
    sessionStorage.setItem(here, "armed");
    draw();
  });
  draw();
  setTimeout(() => {
    show(armed() ? "asking" : "open");
    if (armed()) ask();
  }, Math.max(opensIn(), 0));
}

if (ticket) {
  for (const form of root.querySelectorAll("form[data-tap]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      delete form.dataset.sent;
      if (opensIn() <= 0) {
        show("asking");
        ask();
      }
    });
  }
  const state = root.dataset.sale;
  if (state === "ready" && draw) setTimeout(() => location.replace(here), Math.max(opensIn(), 0) + 1500);
  else if (state === "ready") waitForTheStart();
  else if (state === "drawing") setTimeout(() => location.replace(here), 2000 + Math.random() * 3000);
  else if (["waiting", "paused", "no_credit", "unavailable"].includes(state)) later(2);
} else if (root.dataset.sale === "room" && opensIn() > 0) {
  setTimeout(() => location.reload(), opensIn() + 500);
}
