"""A shop that sells on instalments."""
from flask import Flask, render_template_string
from bnpl_plugin import Bnpl
from bnpl_plugin.ports.platform import LineKind, Order, OrderLine
from examples.demo_shop.sample_law import SAMPLE_LAW  # sample, not law: bring your own values and texts

app = Flask(__name__)
PHONE = OrderLine(LineKind.GOODS, "Phone", quantity=1, unit_minor=299_00)
PLACED: set[str] = set()

def order(order_ref):  # what is to be paid, as it stands now
    return Order(order_ref, "EUR", PHONE.total_minor, lines=(PHONE,), ship_to="FR")

def customer():  # who is signed in; None lets a code sent to the phone identify the shopper
    return None

def confirm_order(order_ref, session):  # the loan is booked: deliver
    PLACED.add(order_ref)

Bnpl(app, order=order, customer=customer, confirm_order=confirm_order, law=SAMPLE_LAW)

@app.get("/")
def product():
    return render_template_string("""<h1>Phone, €299</h1> {{ bnpl.offer(299_00, "EUR", country="FR") }}
        <p><a href="/checkout/A-1">Buy</a></p>""")

@app.get("/checkout/<ref>")
def checkout(ref):
    return render_template_string("""<h1>Order {{ order.order_ref }}</h1>
        {{ "Placed." if placed else bnpl.button(order) }}""", order=order(ref), placed=ref in PLACED)
