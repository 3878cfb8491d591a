"""The records are valid and compiled; the dictionary of personal names knows what is harmless."""

from __future__ import annotations

import pytest

from trackaudit.effective.setups import as_value, judge
from trackaudit.model import Span
from trackaudit.personal import PersonalData
from trackaudit.resolve import predicates
from trackaudit.resolve.environment import environment_of
from trackaudit.resolve.values import Callback, Dynamic, Invoked, Known, Listing, Parameter, Pattern, Text, Value
from trackaudit.sdks import compile as compiler
from trackaudit.sdks.catalogue import Catalogue, split_symbol
from trackaudit.sdks.schema import PREDICATES, validate

HERE = Span(0, 1)


def test_shipped_records_are_valid_and_compiled() -> None:
    files, errors = compiler.compile_records()
    assert not errors
    assert {f"{path.stem}.json" for path in compiler.RECORDS.glob("*.toml")} <= files.keys()
    assert compiler.main(["--check"]) == 0


def test_mistakes_in_a_record_are_gathered_with_suggestions() -> None:
    record = {
        "sdk": "x", "title": "X", "url": "u",
        "client": [{
            "id": "b", "title": "B", "runtime": "browser", "symbols": ["npm:x", "nonsense"],
            "option": [
                {"path": "mask", "concern": "unmasked-input", "risky": [{"iz": True}], "read": ["x@1"]},
                {"path": "other", "needs": [{"option": "maks", "is": True}], "read": ["x@1"]},
            ],
        }],
    }  # fmt: skip
    _, errors = validate(record, "x")
    text = "\n".join(errors)
    assert 'did you mean "unmasked-inputs"' in text
    assert "'nonsense' is not a symbol" in text
    assert "unknown key or predicate 'iz'" in text
    assert 'did you mean "mask"' in text


def test_every_predicate_of_the_schema_is_implemented() -> None:
    assert set(PREDICATES) - {"present", "absent"} == set(predicates.NAMES)


STRING, NUMBER = Known("http://collect.example.com", HERE), Known(0.5, HERE)
UNSEEN = Dynamic("global", ("x",), HERE)


@pytest.mark.parametrize(
    ("name", "value", "argument", "answer"),
    [
        ("plain_http", STRING, True, True),
        ("plain_http", Known("https://collect.example.com", HERE), True, False),
        ("plain_http", Known("http://localhost:8000", HERE), True, False),
        ("plain_http", Known("http://10.0.0.7/x", HERE), True, False),
        ("plain_http", Known("http://collector:8080", HERE), True, False),
        ("plain_http", Text((Known("http://", HERE), UNSEEN), HERE), True, None),
        ("plain_http", Text((Known("http://a.example.com/", HERE), UNSEEN), HERE), True, True),
        ("plain_http", UNSEEN, True, None),
        ("local_host", Known("collect.example.com:8080", HERE), True, False),
        ("local_host", Known("collector", HERE), True, True),
        ("local_host", Text((Known("ws://live.example.com/", HERE), UNSEEN), HERE), True, False),
        ("local_host", Text((Known("ws://localhost:", HERE), UNSEEN), HERE), True, True),
        ("local_host", Text((Known("ws://live.example", HERE), UNSEEN), HERE), True, None),
        ("is", Known(True, HERE), True, True),
        ("is", Known(1, HERE), True, False),
        ("is", UNSEEN, True, None),
        ("is_not", None, False, True),
        ("more_than", NUMBER, 0, True),
        ("more_than", UNSEEN, 0, None),
        ("empty", Listing((), False, HERE), True, True),
        ("empty", Listing((), True, HERE), True, False),
        ("broad_selector", Listing((Known("input", HERE),), False, HERE), True, True),
        ("broad_selector", Known(".public-price", HERE), True, False),
        ("broad_pattern", Listing((Pattern(".*", HERE),), False, HERE), True, True),
        ("broad_pattern", Listing((Pattern("api", HERE),), False, HERE), True, False),
        ("contains_any", Listing((Known("Value", HERE),), False, HERE), ["value"], True),
        ("contains_any", Listing((), True, HERE), ["value"], None),
        ("identity_function", Callback(1, ("s",), (Parameter(1, 0, ("s",), None, HERE),), HERE), True, True),
        ("identity_function", Callback(1, ("s",), (Known("*", HERE),), HERE), True, False),
        ("passes_the_rest", Callback(1, ("s", "e"), (), HERE, (), True), True, True),
        ("passes_the_rest", Callback(1, ("s", "e"), (), HERE), True, False),
        ("passes_the_rest", Known(None, HERE), True, False),
        ("passes_the_rest", Dynamic("unknown", (), HERE), True, None),
        ("returns_null", Callback(1, (), (Known(None, HERE),), HERE), True, True),
    ],
)
def test_predicates(name: str, value: Value | None, argument: object, answer: bool | None) -> None:
    assert predicates.test(name, value, argument) is answer


PERSONAL = PersonalData(Catalogue().personal_data)


@pytest.mark.parametrize(
    "name",
    [
        "email",
        "userEmail",
        "work_email",
        "$email",
        "phone-number",
        "firstName",
        "card_number",
        "cvv",
        "ssn",
        "password",
        "ipAddress",
        "dateOfBirth",
    ],
)
def test_personal_names(name: str) -> None:
    assert PERSONAL.of_name(name) is not None


@pytest.mark.parametrize(
    "name",
    ["email_template", "password_reset", "has_email", "emailCount", "email_verified", "hadSavedEmail", "passwordStrength", "phone_model", "method", "plan", "cookie_policy",
     "token_count", "emailProvider", "isEmailValid", "total_emails_sent", "name"],
)  # fmt: skip
def test_harmless_names(name: str) -> None:
    assert PERSONAL.of_name(name) is None


@pytest.mark.parametrize(
    ("key", "value", "category"),
    [
        ("contact", Dynamic("member", ("user", "email"), HERE), "contact"),
        ("name", Dynamic("member", ("user", "name"), HERE), "name"),
        ("name", Dynamic("member", ("organization", "name"), HERE), None),
        ("email", Known("support", HERE), None),
        ("email", Dynamic("a truth value", ("x",), HERE), None),
        ("email", Invoked((), "redact", (), HERE), None),
        ("email", Invoked((), "sha256", (), HERE), "contact"),
        ("plan", Invoked((), "sha256", (), HERE), None),
        ("label", Dynamic("call", (), HERE, "email"), "contact"),
        ("name", Dynamic("member", ("userView", "name"), HERE), None),
        ("name", Dynamic("member", ("sessionUser", "data", "name"), HERE), "name"),
        ("id", Invoked((), "user.email.toLowerCase", (), HERE), "contact"),
    ],
)
def test_what_a_property_carries(key: str, value: Value, category: str | None) -> None:
    found = PERSONAL.carries(key, value)
    assert (found.id if found else None) == category


def test_a_hash_is_a_pseudonym() -> None:
    found = PERSONAL.carries("email", Invoked((), "sha256", (), HERE))
    assert found is not None
    assert found.severity == "note"


@pytest.mark.parametrize(
    ("key", "value", "traits", "category"),
    [
        ("name", Dynamic("member", ("profile", "label"), HERE), True, "name"),
        ("name", Dynamic("member", ("profile", "label"), HERE), False, None),
        ("name", Dynamic("member", ("organization", "name"), HERE), True, None),
        ("$name", Dynamic("call", (), HERE), False, "name"),
        ("$ip", Dynamic("call", (), HERE), False, "network"),
        ("plan", Dynamic("call", (), HERE), True, None),
    ],
)
def test_what_a_trait_carries(key: str, value: Value, traits: bool, category: str | None) -> None:
    found = PERSONAL.carries(key, value, traits)
    assert (found.id if found else None) == category


def test_symbols() -> None:
    assert split_symbol("npm:posthog-node#PostHog().capture") == ("npm:posthog-node", "PostHog", "()", "capture")
    assert split_symbol("pypi:sentry_sdk.integrations#x") == ("pypi:sentry_sdk", "integrations", "x")
    match = Catalogue().match(("npm:posthog-node", "PostHog", "()", "capture"))
    assert match is not None
    assert (match.sdk, match.method) == ("posthog", "capture")
    assert Catalogue().match(("global:mixpanelLike",)) is None


@pytest.mark.parametrize(
    ("text", "positive", "kind"),
    [
        ("DEBUG", True, "development"),
        ("settings.DEBUG", False, "production"),
        ("not DEBUG", True, "production"),
        ("import.meta.env.DEV", True, "development"),
        ("process.env.NODE_ENV !== 'production'", True, "development"),
        ("process.env.NODE_ENV === 'production'", True, "production"),
        ("isProduction", False, "development"),
        ("!isProd", True, "development"),
        ("IS_DEV", True, "development"),
        ("hasCookieConsent", True, "consent"),
        ("user.gdpr_consent", True, "consent"),
        ("abTestVariant", True, "other"),
        ("localUser", True, "other"),
        ("process.env.NODE_ENV === 'test'", True, "development"),
        ("key", True, "other"),
    ],
)
def test_what_a_condition_speaks_of(text: str, positive: bool, kind: str) -> None:
    assert environment_of(text, positive) == kind


def test_what_a_record_says_to_write_is_no_risk() -> None:
    """A mend that is of the option itself must not be what the same entry calls risky."""
    catalogue = Catalogue()
    for sdk in sorted(path.stem for path in compiler.RECORDS.glob("*.toml")):
        for client in catalogue.record(sdk)["client"]:
            for option in client["option"]:
                for entry in option["risky"]:
                    mend = entry["mend"]
                    if mend is not None and mend["option"] == option["path"]:
                        assert judge(as_value(mend["value"], HERE), "written", entry) is not True, (sdk, option["path"])
