"""The shopper's own pages: sign in by phone and code, my plans, one loan, pay early.

For: ``sign_in`` proves the phone number, ``loans`` shows and pays what is owed, ``limit`` is the credit line,
``prequalify`` (a blueprint beside this one) says how much could be financed.
May import: what ``web`` may.
Must never: show a loan to anybody but its shopper; say whether a phone number is known before its code was right.
Add a page here: a view, its template under ``templates/bnpl/account``, its rule below.
"""

from __future__ import annotations

from flask import Blueprint

from bnpl_plugin.web.account import limit, loans, prequalify, sign_in

__all__ = ["blueprint", "prequalify"]

blueprint = Blueprint("account", __name__, url_prefix="/account")
blueprint.add_url_rule("", "plans", loans.plans)
blueprint.add_url_rule("/sign-in", "sign_in", sign_in.phone, methods=["GET", "POST"])
blueprint.add_url_rule("/sign-in/<token>", "code", sign_in.code, methods=["GET", "POST"])
blueprint.add_url_rule("/sign-in/<token>/birth", "birth", sign_in.birth, methods=["GET", "POST"])
blueprint.add_url_rule("/sign-in/<token>/resend", "resend", sign_in.resend, methods=["POST"])
blueprint.add_url_rule("/sign-out", "sign_out", sign_in.leave, methods=["POST"])
blueprint.add_url_rule("/limit", "limit", limit.limit)
blueprint.add_url_rule("/limit/answer", "answer_raise", limit.answer_raise, methods=["POST"])
blueprint.add_url_rule("/limit/close", "close_line", limit.close_line, methods=["POST"])
blueprint.add_url_rule("/loans/<loan_id>", "loan", loans.loan)
blueprint.add_url_rule("/loans/<loan_id>/pay", "pay", loans.pay, methods=["GET", "POST"])
blueprint.add_url_rule("/loans/<loan_id>/agreement", "agreement", loans.agreement)
