"""The served OpenAPI document is valid, and the API does what it says, whatever Schemathesis throws at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from bnpl_plugin.web.api.description import PATHS
from tests.web.api.driving import BASE, Caller, make_lender, register

#: Valid by the schema alone does not mean accepted (a total must be the sum of its lines), so that is not among them.
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
    unsupported_method,
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    folder: Path = tmp_path_factory.mktemp("described")
    app = make_lender(folder)
    caller = register(app)
    caller.sell("A-1")
    caller.open("A-2")
    yield caller
    app.extensions["bnpl"].store.engine.dispose()


@pytest.fixture(scope="module")
def api(shop: Caller) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_wsgi(f"{BASE}/openapi.json", shop.app)


def _cases() -> list[tuple[str, str, GenerationMode]]:
    """Return every operation with right data, and with wrong data where it reads any."""
    right = [(path, method, GenerationMode.POSITIVE) for path, method in PATHS]
    wrong = [
        (path, method, GenerationMode.NEGATIVE) for (path, method), asked in PATHS.items() if asked.body or asked.query
    ]
    return right + wrong


@pytest.mark.parametrize(("path", "method", "mode"), _cases(), ids=str)
def test_the_api_keeps_to_its_description(
    shop: Caller, api: schemathesis.BaseSchema, path: str, method: str, mode: GenerationMode
):
    operation = api[path][method.upper()]

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: schemathesis.Case) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {shop.key}"}, checks=CHECKS)

    run()


def served(shop: Caller) -> dict[str, Any]:
    found: Any = shop.app.test_client().get(f"{BASE}/openapi.json").json
    return dict(found)


def test_the_document_is_valid_openapi(shop: Caller):
    document = served(shop)
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_real_answers_fit_their_shapes(shop: Caller):
    document = served(shop)
    sold = next(row for row in shop.get("/checkouts").json["data"] if row["loan_id"])
    event = shop.get("/events").json["data"][0]
    answers = {
        "Merchant": shop.get("/me").json,
        "CheckoutPage": shop.get("/checkouts").json,
        "Checkout": sold,
        "LoanPage": shop.get("/loans").json,
        "Loan": shop.get(f"/loans/{sold['loan_id']}").json,
        "EventPage": shop.get("/events").json,
        "Event": shop.get(f"/events/{event['id']}").json,
        "Problem": shop.get("/loans/loan_0").json,
    }
    for name, answer in answers.items():
        schema = {**document, "$ref": f"#/components/schemas/{name}"}
        OAS31Validator(schema).validate(answer)
