// A stand-in for Stripe.js: the few calls that a checkout page makes, with plain fields instead of Stripe's frame.
// Its oracle is https://docs.stripe.com/js; differences: fields live in the host's page, 3-D Secure is always a redirect.
(function () {
  "use strict";

  var api = new URL(document.currentScript.src).origin;

  function encode(value, prefix, into) {
    Object.keys(value).forEach(function (name) {
      var key = prefix ? prefix + "[" + name + "]" : name;
      var each = value[name];
      if (each === undefined || each === null) { return; }
      if (typeof each === "object") { encode(each, key, into); } else { into.append(key, String(each)); }
    });
    return into;
  }

  function kindOf(clientSecret) {
    return clientSecret.indexOf("seti_") === 0 ? "setup" : "payment";
  }

  function addressOf(clientSecret) {
    return api + "/v1/" + kindOf(clientSecret) + "_intents/" + clientSecret.split("_secret_")[0];
  }

  function answerOf(response) {
    return response.json().then(function (body) {
      return response.ok ? { intent: body } : { error: body.error };
    });
  }

  function failed() {
    return { error: { type: "api_connection_error", message: "We could not reach the payment service." } };
  }

  function field(label, name, autocomplete, placeholder) {
    var holder = document.createElement("label");
    holder.className = "stripe-stand-in-field";
    holder.textContent = label;
    var input = document.createElement("input");
    input.name = "stripe-" + name;
    input.id = "stripe-" + name;
    input.inputMode = "numeric";
    input.autocomplete = autocomplete;
    input.placeholder = placeholder;
    input.required = true;
    holder.appendChild(input);
    return { holder: holder, input: input };
  }

  function Element(type) {
    this.type = type;
    this.listeners = {};
    this.box = null;
    this.number = field("Card number", "number", "cc-number", "4242 4242 4242 4242");
    this.expiry = field("Expiry", "expiry", "cc-exp", "12 / 34");
    this.cvc = field("CVC", "cvc", "cc-csc", "123");
  }

  Element.prototype.tell = function (name, detail) {
    (this.listeners[name] || []).forEach(function (listener) { listener(detail); });
  };

  Element.prototype.on = function (name, listener) {
    (this.listeners[name] = this.listeners[name] || []).push(listener);
    return this;
  };

  Element.prototype.complete = function () {
    return this.number.input.value.replace(/\s/g, "").length >= 12 &&
      this.expiry.input.value.length >= 4 && this.cvc.input.value.length >= 3;
  };

  Element.prototype.mount = function (target) {
    var self = this;
    var place = typeof target === "string" ? document.querySelector(target) : target;
    if (!place) { throw new Error("mount: no element matches " + target); }
    this.box = document.createElement("div");
    this.box.className = "stripe-stand-in";
    [this.number, this.expiry, this.cvc].forEach(function (each) {
      self.box.appendChild(each.holder);
      each.input.addEventListener("input", function () {
        self.tell("change", { elementType: self.type, complete: self.complete(), empty: !self.number.input.value });
      });
    });
    place.appendChild(this.box);
    window.setTimeout(function () { self.tell("ready", { elementType: self.type }); }, 0);
  };

  Element.prototype.unmount = function () {
    if (this.box) { this.box.remove(); this.box = null; }
  };
  Element.prototype.destroy = Element.prototype.unmount;
  Element.prototype.update = function () {};
  Element.prototype.focus = function () { this.number.input.focus(); };

  Element.prototype.method = function () {
    var expiry = this.expiry.input.value.split("/");
    return {
      type: "card",
      card: {
        number: this.number.input.value.replace(/\s/g, ""),
        exp_month: (expiry[0] || "").trim(),
        exp_year: (expiry[1] || "").trim(),
        cvc: this.cvc.input.value
      }
    };
  };

  function Elements(options) {
    this.options = options || {};
    this.element = null;
  }

  Elements.prototype.create = function (type) {
    this.element = new Element(type);
    return this.element;
  };

  Elements.prototype.getElement = function () { return this.element; };
  Elements.prototype.update = function (options) { Object.assign(this.options, options); };
  Elements.prototype.fetchUpdates = function () { return Promise.resolve({}); };

  Elements.prototype.submit = function () {
    if (this.element && this.element.complete()) { return Promise.resolve({}); }
    return Promise.resolve({
      error: { type: "validation_error", code: "incomplete_number", message: "Your card details are incomplete." }
    });
  };

  function Client(key) {
    this.key = key;
  }

  Client.prototype.elements = function (options) { return new Elements(options); };

  Client.prototype.retrieve = function (clientSecret) {
    var query = new URLSearchParams({ key: this.key, client_secret: clientSecret });
    return fetch(addressOf(clientSecret) + "?" + query.toString()).then(answerOf).catch(failed);
  };

  Client.prototype.retrievePaymentIntent = function (clientSecret) {
    return this.retrieve(clientSecret).then(function (got) { return shaped("paymentIntent", got); });
  };

  Client.prototype.retrieveSetupIntent = function (clientSecret) {
    return this.retrieve(clientSecret).then(function (got) { return shaped("setupIntent", got); });
  };

  function shaped(name, got) {
    var answer = {};
    if (got.error) { answer.error = got.error; } else { answer[name] = got.intent; }
    return answer;
  }

  function goTo(address) {
    window.location.assign(address);
    return new Promise(function () {});  // the page is left: never settles, as with Stripe
  }

  function actionOf(intent) {
    var action = intent.next_action;
    if (!action) { return null; }
    return action.type === "redirect_to_url" ? action.redirect_to_url.url : action.use_stripe_sdk.stripe_js;
  }

  function backTo(returnUrl, kind, intent) {
    var address = new URL(returnUrl);
    address.searchParams.set(kind + "_intent", intent.id);
    address.searchParams.set(kind + "_intent_client_secret", intent.client_secret);
    address.searchParams.set("redirect_status", "succeeded");
    return address.toString();
  }

  Client.prototype.confirm = function (name, options) {
    var elements = options.elements;
    var params = options.confirmParams || {};
    var clientSecret = options.clientSecret || elements.options.clientSecret;
    var kind = kindOf(clientSecret);
    var body = { key: this.key, client_secret: clientSecret, return_url: params.return_url };
    if (elements) {
      body.payment_method_data = elements.element.method();
      Object.assign(body.payment_method_data, params.payment_method_data || {});
    } else if (params.payment_method) {
      body.payment_method = params.payment_method;
    }
    return fetch(addressOf(clientSecret) + "/confirm", { method: "POST", body: encode(body, "", new URLSearchParams()) })
      .then(answerOf).catch(failed).then(function (got) {
        if (got.error) { return { error: got.error }; }
        if (got.intent.status === "requires_action") { return goTo(actionOf(got.intent)); }
        if (options.redirect === "if_required" || !params.return_url) { return shaped(name, got); }
        return goTo(backTo(params.return_url, kind, got.intent));
      });
  };

  Client.prototype.confirmPayment = function (options) { return this.confirm("paymentIntent", options); };
  Client.prototype.confirmSetup = function (options) { return this.confirm("setupIntent", options); };

  Client.prototype.handleNextAction = function (options) {
    return this.retrieve(options.clientSecret).then(function (got) {
      if (!got.error && got.intent.status === "requires_action") { return goTo(actionOf(got.intent)); }
      return shaped(kindOf(options.clientSecret) + "Intent", got);
    });
  };

  window.Stripe = function (key) {
    if (typeof key !== "string" || key.indexOf("pk_") !== 0) {
      throw new Error("Stripe: give a publishable key (pk_…)");
    }
    return new Client(key);
  };
  window.Stripe.version = "stand-in";
})();
