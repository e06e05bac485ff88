"""The served OpenAPI document is valid, and the API does what it says, whatever Schemathesis throws at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
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

from bnpl_plugin.web.api.description import PATHS, Operation
from tests.web.api.driving import BASE, Caller, make_lender, register

#: Valid by the schema alone does not mean accepted (a total must be the sum of its lines), so that is not among them.
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
    unsupported_method,
)


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


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.name.lower())
@pytest.mark.parametrize(("path", "method"), list(PATHS), ids=lambda part: part)
def test_the_api_keeps_to_its_description(
    shop: Caller, api: schemathesis.BaseSchema, path: str, method: str, mode: GenerationMode
):
    if mode is GenerationMode.NEGATIVE and not _can_be_wrong(PATHS[path, method]):
        mode = GenerationMode.POSITIVE
    operation = api[path][method.upper()]

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: schemathesis.Case) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {shop.key}"}, checks=CHECKS)

    run()


def _can_be_wrong(operation: Operation) -> bool:
    return operation.body is not None or operation.query is not None


def test_the_document_is_valid_openapi(shop: Caller):
    document = shop.app.test_client().get(f"{BASE}/openapi.json").json
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_real_answers_fit_their_shapes(shop: Caller):
    import jsonschema

    document = shop.app.test_client().get(f"{BASE}/openapi.json").json
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
        jsonschema.validate(answer, schema, cls=jsonschema.Draft202012Validator)
