"""The lender's systems in front of a shop."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from flask import Flask

from bnpl_plugin.lifecycle import merchants

Ask = Callable[..., Any]


@pytest.fixture
def ask(shop: Flask) -> Ask:
    """``ask("get", "/pools")`` with the lender's key; a POST gets a new ``Idempotency-Key`` unless given one."""
    with shop.app_context():
        key = merchants.issue_lender_key(shop.extensions["bnpl"], label="test")
    numbers = count()

    def asked(method: str, path: str, *, json: Any = None, key: str = key, idempotency_key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        if method == "post":
            headers["Idempotency-Key"] = idempotency_key or f"key-{next(numbers)}"
        return shop.test_client().open(f"/bnpl/lender/v1{path}", method=method.upper(), json=json, headers=headers)

    return asked
