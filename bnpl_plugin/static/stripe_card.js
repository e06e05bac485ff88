// Stripe's card form: Stripe's own fields, one button, and the way back to the shop.
//
// What the issuer or 3-D Secure refuses is not argued here: the shopper goes back to the shop's page, which asks Stripe
// itself, says why, and offers a fresh form. Only slips of typing and a broken line are told on this page.
(() => {
  const form = document.getElementById("stripe-card");
  if (!form) return;
  const { publishableKey, clientSecret, returnUrl, locale, unreachable } = form.dataset;
  const button = form.querySelector("button[type=submit]");
  const fault = document.getElementById("stripe-card-fault");

  const tell = (text) => {
    fault.textContent = text;
    fault.hidden = !text;
  };
  if (!window.Stripe) {
    tell(unreachable);
    return;
  }

  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const stripe = window.Stripe(publishableKey, { locale: locale.split("-")[0] });
  const elements = stripe.elements({ clientSecret, appearance: { theme: dark ? "night" : "stripe" } });
  const fields = elements.create("payment");
  fields.on("ready", () => { button.disabled = false; });
  fields.on("loaderror", () => tell(unreachable));
  fields.mount("#stripe-card-fields");

  const typed = new Set(["validation_error", "api_connection_error", "rate_limit_error"]);
  const isSetup = clientSecret.startsWith("seti_");

  const pay = async () => {
    const checked = await elements.submit();
    if (checked.error) return checked.error;
    const asked = { elements, confirmParams: { return_url: returnUrl } };
    const answer = await (isSetup ? stripe.confirmSetup(asked) : stripe.confirmPayment(asked));
    return answer.error; // without an error the page is being left already
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    tell("");
    let error;
    try {
      error = await pay();
    } catch {
      error = { type: "api_connection_error", message: unreachable };
    }
    if (error && !typed.has(error.type)) {
      location.assign(returnUrl);
      return;
    }
    if (error) {
      tell(error.message || unreachable);
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
  });
})();
