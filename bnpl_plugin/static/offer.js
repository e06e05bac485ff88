// The instalment message on another shop's page: <div data-bnpl-offer data-amount-minor="29900" data-currency="EUR"></div>.
// No tracker, no cookie: one request for the price, shown in a shadow root so that neither page's style reaches the other.
(() => {
  const home = new URL(document.currentScript.src);
  const NAMES = ["amountMinor", "currency", "country", "locale", "merchant"];
  const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

  async function fill(place) {
    const query = new URLSearchParams();
    for (const name of NAMES) if (place.dataset[name]) query.set(snake(name), place.dataset[name]);
    const answer = await fetch(new URL(`offer?${query}`, home), { credentials: "omit" });
    if (!answer.ok) return;
    const root = place.shadowRoot ?? place.attachShadow({ mode: "open" });
    root.innerHTML = await answer.text();
  }

  function start() {
    for (const place of document.querySelectorAll("[data-bnpl-offer]")) {
      const look = () => fill(place).catch(() => {});
      look();
      new MutationObserver(look).observe(place, { attributes: true });
    }
  }

  if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();
