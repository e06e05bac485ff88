"""Customers. Source: https://docs.stripe.com/api/customers."""

from .book import Call
from .forms import Json, merged_metadata

_PLAIN = ("name", "email", "phone", "description", "address", "shipping", "preferred_locales")


def create(call: Call) -> Json:
    """Make a customer; every member is optional."""
    values = {name: call.params.get(name) for name in _PLAIN}
    values["metadata"] = merged_metadata({}, params=call.params)
    customer = call.book.add("customer", values={**values, "invoice_settings": {"default_payment_method": None}})
    call.book.emit("customer.created", about=customer)
    return customer


def retrieve(call: Call) -> Json:
    """Return one customer."""
    return call.book.get("customer", ident=call.ident)


def update(call: Call) -> Json:
    """Change what is given and leave the rest (https://docs.stripe.com/api/customers/update)."""
    customer = retrieve(call)
    customer["metadata"] = merged_metadata(customer["metadata"], params=call.params)
    for name in _PLAIN:
        if name in call.params:
            customer[name] = call.params[name] or None
    default = call.params.get("invoice_settings", {}).get("default_payment_method")
    if default:
        call.book.get("payment_method", ident=default, param="invoice_settings[default_payment_method]")
        customer["invoice_settings"]["default_payment_method"] = default
    call.book.emit("customer.updated", about=customer)
    return customer
