"""Settings are read once, checked key by key, and never tell a secret."""

import dataclasses

import pytest

from bnpl_plugin.errors import ConfigurationError
from bnpl_plugin.settings import DEVELOPMENT_KEY, Settings, describe

KEY = "k" * 32
PRODUCTION = {
    "BNPL_DATA_KEY": KEY,
    "BNPL_LENDER_NAME": "Lender of the North",
    "BNPL_LENDER_ADDRESS": "7 Quay, Northtown",
    "BNPL_LENDER_CONTACT": "+33 1 00 00 00 00",
}


def refused(**keys):
    with pytest.raises(ConfigurationError) as caught:
        Settings.read({**PRODUCTION, **keys})
    return caught.value


def test_an_empty_mapping_is_enough_while_debugging_and_while_testing():
    for flag in ("DEBUG", "TESTING"):
        settings = Settings.read({flag: True})
        assert settings.data_key == DEVELOPMENT_KEY
        assert (settings.url_prefix, settings.provider, settings.database_url) == ("/bnpl", "sandbox", "")


@pytest.mark.parametrize("key", sorted(PRODUCTION))
def test_each_required_key_is_demanded_outside_debugging(key):
    with pytest.raises(ConfigurationError, match=f"{key} is missing"):
        Settings.read({k: v for k, v in PRODUCTION.items() if k != key})
    assert key in {line.key for line in describe() if line.required}


def test_the_development_key_is_refused_outside_debugging():
    fault = refused(BNPL_DATA_KEY=DEVELOPMENT_KEY)
    assert fault.details["key"] == "BNPL_DATA_KEY"
    assert DEVELOPMENT_KEY not in str(fault)


def test_text_from_the_environment_and_native_values_read_alike():
    as_text = {"BNPL_CODE_TRIES": "7", "BNPL_RETRY_DAYS": "1, 4,9", "BNPL_LOCALES": "fr,en"}
    as_values = {"BNPL_CODE_TRIES": 7, "BNPL_RETRY_DAYS": (1, 4, 9), "BNPL_LOCALES": ["fr", "en"]}
    assert Settings.read({**PRODUCTION, **as_text}) == Settings.read({**PRODUCTION, **as_values})
    assert Settings.read({**PRODUCTION, **as_text}).retry_days == (1, 4, 9)


@pytest.mark.parametrize(
    ("key", "value", "accepted"),
    [
        ("BNPL_CODE_TRIES", "many", "a whole number from 1 to 20"),
        ("BNPL_CODE_TRIES", 0, "a whole number from 1 to 20"),
        ("BNPL_CODE_TRIES", True, "a whole number from 1 to 20"),
        ("BNPL_CODE_TRIES", 2.5, "a whole number from 1 to 20"),
        ("BNPL_URL_PREFIX", "bnpl", "a path such as /bnpl"),
        ("BNPL_URL_PREFIX", "/bnpl/", "a path such as /bnpl"),
        ("BNPL_URL_PREFIX", "/", "a path such as /bnpl"),
        ("BNPL_PUBLIC_URL", "shop.example", "an http or https address"),
        ("BNPL_PUBLIC_URL", "https://shop.example/?a=1", "an http or https address"),
        ("BNPL_RETRY_DAYS", "7,3", "rising day counts"),
        ("BNPL_RETRY_DAYS", "3,3", "rising day counts"),
        ("BNPL_RETRY_DAYS", 3, "rising day counts"),
        ("BNPL_LOCALES", "", "one or more of en, fr, zh_Hans"),
        ("BNPL_LOCALES", "de", "one or more of en, fr, zh_Hans"),
        ("BNPL_LENDER_NAME", "", "text of 2 to 200 characters"),
        ("BNPL_LENDER_NAME", 7, "text of 2 to 200 characters"),
        ("BNPL_CONSOLE_PASSWORD", "short", "text of 12 to 200 characters"),
        ("BNPL_HOLD_CEILING_MINUTES", 10, "at least BNPL_HOLD_MINUTES, which is 15"),
    ],
)
def test_an_unusable_value_is_refused_with_its_key_and_what_is_accepted(key, value, accepted):
    fault = refused(**{key: value})
    assert fault.details["key"] == key
    assert accepted in str(fault.details["accepted"])
    assert key in str(fault)


def test_a_loan_is_not_defaulted_before_its_last_retry():
    assert refused(BNPL_RETRY_DAYS="3,45", BNPL_DEFAULT_AFTER_DAYS=45).details["key"] == "BNPL_DEFAULT_AFTER_DAYS"


def test_a_misspelt_key_is_refused_and_the_right_one_named():
    fault = refused(BNPL_PROVIDR="stripe")
    assert fault.details == {"key": "BNPL_PROVIDR", "fault": "is not a setting", "accepted": "BNPL_PROVIDER"}


def test_other_keys_of_the_host_are_left_alone():
    extra = {"SECRET_KEY": "x", "BNPL_TEST_CHROMIUM": "/usr/bin/chromium", "BNPL_PROVIDER": None}
    assert Settings.read({**PRODUCTION, **extra}) == Settings.read(PRODUCTION)


def test_stripe_needs_both_its_keys():
    assert refused(BNPL_PROVIDER="stripe").details["key"] == "BNPL_STRIPE_SECRET_KEY"
    fault = refused(BNPL_PROVIDER="stripe", BNPL_STRIPE_SECRET_KEY="sk_test_12345678")
    assert fault.details["key"] == "BNPL_STRIPE_PUBLISHABLE_KEY"
    assert "sk_test" not in str(fault)


def test_a_secret_shows_neither_in_the_text_form_nor_in_a_refusal():
    secrets = {
        "BNPL_DATA_KEY": "d" * 40,
        "BNPL_STRIPE_SECRET_KEY": "sk_test_secret",
        "BNPL_STRIPE_WEBHOOK_SECRET": "whsec_secret",
        "BNPL_CONSOLE_PASSWORD": "a long password",
        "BNPL_DATABASE_URL": "postgresql://shop:hidden@db/shop",
    }
    told = repr(Settings.read({**PRODUCTION, **secrets}))
    assert not [secret for secret in secrets.values() if secret in told]
    assert "x" * 31 not in str(refused(BNPL_DATA_KEY="x" * 31))


def test_settings_read_again_from_their_own_text_are_the_same():
    settings = Settings.read({**PRODUCTION, "BNPL_RETRY_DAYS": "2,5", "BNPL_PUBLIC_URL": "https://shop.example/"})
    assert settings.public_url == "https://shop.example"
    assert Settings.read(settings.to_mapping()) == settings


def test_settings_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(Settings.read(PRODUCTION), "provider", "other")  # noqa: B010 - mypy refuses the plain way, rightly


def test_every_key_is_described_and_every_default_is_accepted():
    lines = describe()
    assert len(lines) == len(dataclasses.fields(Settings))
    assert all(line.key.startswith("BNPL_") and line.meaning and line.accepted for line in lines)
    defaults = {line.key: line.default for line in lines if line.default}
    assert Settings.read({**defaults, "DEBUG": True}) == Settings.read({"DEBUG": True})


@pytest.mark.parametrize(
    ("key", "good", "wrong"),
    [
        ("BNPL_FOUR_EYES_ABOVE", "EUR=300000, CNY=2000000", "EUR"),
        ("BNPL_FOUR_EYES_ABOVE", "", "EUR=1,EUR=2"),
        ("BNPL_FOUR_EYES_ABOVE", ("EUR=5",), "EUR=-5"),
        ("BNPL_SEGMENTS", "device_owner,staff", "Device owner"),
        ("BNPL_SEGMENTS", "", "device_owner,device_owner"),
        ("BNPL_TRUST_HOST_PHONE", "yes", "perhaps"),
        ("BNPL_TRUST_HOST_PHONE", False, "2"),
        ("BNPL_NOTIFY_URLS", "json://a/{phone} json://b/{phone}", "json://a/"),
        ("BNPL_NOTIFY_URLS", "", "{phone}"),
        ("BNPL_REVIEW_HOURS", "72", "0"),
        ("BNPL_OPEN_TO", "everyone", "device_owner"),
    ],
)
def test_the_settings_of_people_are_checked(key, good, wrong):
    Settings.read({**PRODUCTION, key: good})
    assert refused(**{key: wrong}).details["key"] == key


def test_a_channels_secret_is_never_told():
    told = repr(Settings.read({**PRODUCTION, "BNPL_NOTIFY_URLS": "twilio://sid:s3cret@1/{phone}"}))
    assert "s3cret" not in told
    assert "s3cret" not in str(refused(BNPL_NOTIFY_URLS="twilio://sid:s3cret@1/"))


def test_a_service_may_be_open_to_a_known_segment_only():
    assert Settings.read({**PRODUCTION, "BNPL_SEGMENTS": "owner", "BNPL_OPEN_TO": "owner"}).open_to == "owner"
    assert "BNPL_SEGMENTS: owner" in str(refused(BNPL_SEGMENTS="owner", BNPL_OPEN_TO="staff"))


def test_boards_and_winners_leave_the_crowd_half_of_a_servers_eight_threads():
    settings = Settings.read(PRODUCTION)
    assert settings.board_streams + settings.sale_commits <= 4
