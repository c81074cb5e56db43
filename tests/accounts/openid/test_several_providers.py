"""Several providers at once: each is believed by its own rules, and none speaks for another."""

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote_plus

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.identity import BUYER_SIDE, Permission
from accounts.openid import asking, directory_roles, providers
from accounts.openid.faults import SENTENCES, Fault, OpenIdRefused
from accounts.openid.provider_settings import OpenIdSettingsWrong, providers_of
from accounts.rules import AccountRefused, granted_staff
from billing.server.app import create_app
from foundation.database import utc_now
from operations.settings import Settings
from tests.accounts.openid.conftest import House, answer_of, come_back, go, told, travel
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import visitor
from tests.support.servers.openid_provider import CLIENT, SECRET
from tests.support.servers.serving import NO_TLS

ALVA, BO, FRIDA = "alla@fyrbaken.example", "redovisa@fyrbaken.example", "ekonom@kopare.example"
_P = Permission


def test_the_sign_in_page_offers_each_to_whom_it_is_for(house: House) -> None:
    with visitor(house.site) as somebody:
        page = told(somebody.get("/sign-in"))
    assert "Logga in med one" in page
    assert "Logga in med employer för köparens medarbetare" in page
    assert "Logga in med broker för leverantörer" in page


def test_the_same_subject_at_two_providers_is_two_people(house: House) -> None:
    with visitor(house.site) as alva, visitor(house.site) as bo:
        assert travel(alva, "one", email=ALVA).status_code == 303
        assert travel(bo, "text", email=BO).status_code == 303
        assert "Alva Lind" in alva.get("/account").text
        assert "Bo Ek" in bo.get("/account").text


def test_what_one_provider_answers_is_never_taken_for_anothers_word(house: House) -> None:
    """The mix-up: a code of one is brought to the address of another."""
    with visitor(house.site) as somebody:
        away = go(somebody, "one").headers["location"]
        home = answer_of(away, email=ALVA).replace("/one/", "/text/")
        answer = somebody.get(home)
        assert (answer.status_code, SENTENCES[Fault.ANSWER_OF_ANOTHER].sv in told(answer)) == (403, True)
        assert somebody.cookie("session") == ""


@pytest.mark.parametrize(("fault", "status"), [("", 303), ("unnamed", 403), ("misnamed", 403)])
def test_a_provider_that_names_itself_in_its_answers_must(house: House, fault: str, status: int) -> None:
    with visitor(house.site) as somebody:
        assert travel(somebody, "named", email=ALVA, fault=fault).status_code == status


@pytest.mark.parametrize(
    ("realm", "come_in"),
    [("one", {"yes"}), ("text", {"yes", "text"}), ("employer", {"yes", "text", "unsaid"})],
)
def test_an_address_is_verified_as_the_providers_rules_have_it(
    house: House, realm: str, come_in: set[str]
) -> None:
    address = FRIDA if realm == "employer" else ALVA
    came = set()
    for said in ("yes", "no", "text", "unsaid"):
        with visitor(house.site) as somebody:
            # Somebody new to it each time, so that nobody is known already.
            answer = travel(somebody, realm, email=address, verified=said, user=said, groups="ekonomi")
            came |= {said} if answer.status_code == 303 else set()
    assert came == come_in


def test_a_stronger_level_is_asked_for_where_a_permission_demands_it(house: House) -> None:
    with visitor(house.site) as somebody:
        away = httpx.URL(go(somebody, "level").headers["location"])
        assert away.params["acr_values"] == "loa3 loa4"
        assert travel(somebody, "level", email=ALVA, acr="loa4").status_code == 303


def test_a_new_key_of_the_provider_is_believed_at_once_and_strange_ones_refuse_only_themselves(
    house: House,
) -> None:
    for _ in range(2):
        with visitor(house.site) as somebody:
            assert travel(somebody, "one", email=ALVA).status_code == 303
        with httpx.Client(trust_env=False, verify=NO_TLS) as elsewhere:
            elsewhere.get(f"{house.address}/one/rotate")
        providers._held[("one", f"{house.address}/one")].asked_for_unknown_at = float("-inf")
        with visitor(house.site) as somebody:
            assert travel(somebody, "one", email=ALVA).status_code == 303


def test_a_token_that_names_a_key_of_nobody_does_not_make_us_ask_for_ever(house: House) -> None:
    (provider,) = [each for each in providers_of(house.site.app.state.settings) if each.key == "one"]
    with visitor(house.site) as somebody:
        travel(somebody, "one", email=ALVA, fault="unknown-key")
    held = providers._held[("one", provider.issuer)]
    assert providers.keys_of(provider, "of-nobody") == []
    once = held.asked_for_unknown_at
    for name in ("of-nobody", "of-another"):
        assert providers.keys_of(provider, name) == []
    assert held.asked_for_unknown_at == once > float("-inf")


@pytest.fixture
def skewed(filled_url: str, address: str, request: pytest.FixtureRequest) -> Iterator[Site]:
    """A portal whose clock goes by as many seconds ahead of the provider's."""
    providers.forget()

    def clock() -> datetime:
        return utc_now() + timedelta(seconds=request.param)

    with portal(
        filled_url,
        clock=clock,
        second_step=False,
        openid_issuer=address,
        openid_client_id=CLIENT,
        openid_client_secret=SECRET,
    ) as site:
        yield site


@pytest.mark.parametrize(
    ("skewed", "fault"),
    [
        (-50, None),
        (-120, Fault.TOKEN_AHEAD),
        (1200 + 50, None),
        (1200 + 120, Fault.TOKEN_OLD),
    ],
    indirect=["skewed"],
)
def test_clocks_may_differ_by_a_minute(skewed: Site, fault: Fault | None) -> None:
    with visitor(skewed) as somebody:
        away = somebody.client.get("/sign-in/openid")
        # The token of the test's provider is issued now, and holds for twenty minutes.
        answer = come_back(somebody, away.headers["location"], email=ALVA)
        if fault is None:
            assert answer.status_code == 303, told(answer)
        else:
            assert SENTENCES[fault].sv in told(answer)


# --- roles by groups --------------------------------------------------------------------------------------

_ROLES = st.frozensets(st.sampled_from(sorted(BUYER_SIDE)))
_GROUPS = st.frozensets(st.sampled_from([f"group-{each}" for each in sorted(BUYER_SIDE)]))


@given(_ROLES, st.sets(st.sampled_from(sorted(BUYER_SIDE)), min_size=1), _GROUPS)
def test_groups_change_only_what_they_are_trusted_with(
    had: frozenset[Permission], mapped: set[Permission], groups: frozenset[str]
) -> None:
    roles = {f"group-{each}": str(each) for each in mapped}
    change = directory_roles.change_of(had, roles, groups)
    after = (had - change.removed) | change.added
    assert change.removed <= had & mapped
    assert not change.added & had
    # What no group speaks of stays as it was, and of the rest there is what the groups say.
    assert after - mapped == had - mapped
    assert after & mapped == {each for each in mapped if f"group-{each}" in groups}


@pytest.mark.parametrize(
    ("claim", "claims", "groups"),
    [
        ("groups", {"groups": ["a", "b", 7]}, {"a", "b"}),
        ("groups", {"groups": "only-one"}, {"only-one"}),  # as AD FS writes a list of one
        ("groups", {}, set()),
        ("groups", {"groups": None}, set()),
        ("realm_access.roles", {"realm_access": {"roles": ["a"]}}, {"a"}),  # Keycloak
        ("realm_access.roles", {"realm_access": "odd"}, set()),
        ("https://id.example/roles", {"https://id.example/roles": ["a"]}, {"a"}),
        ("resource_access.portal.roles", {"resource_access": {"portal": {"roles": ["a"]}}}, {"a"}),
    ],
)
def test_groups_are_read_as_providers_write_them(
    claim: str, claims: dict[str, object], groups: set[str]
) -> None:
    assert directory_roles.told_groups(claim, claims) == groups


@pytest.mark.parametrize("claims", [{"hasgroups": True}, {"_claim_names": {"groups": "src1"}}])
def test_groups_that_were_left_out_are_not_taken_for_none(claims: dict[str, object]) -> None:
    with pytest.raises(OpenIdRefused) as refused:
        directory_roles.told_groups("groups", claims)
    assert refused.value.fault is Fault.GROUPS_NOT_TOLD


def test_two_roles_that_no_one_may_have_are_never_given_and_never_proposed(house: House) -> None:
    with pytest.raises(AccountRefused):
        granted_staff(["FINANCE", "ATTEST"])
    with visitor(house.site) as frida:
        answer = travel(frida, "employer", email=FRIDA, groups="ekonomi attest")
        assert answer.status_code == 303
        assert "inte går ihop" in told(frida.get("/account"))
    assert house.permissions(FRIDA) == {_P.FINANCE}


# --- the file ---------------------------------------------------------------------------------------------

WHOLE = '[[provider]]\nkey = "one"\nissuer = "https://id.example"\nname = "Ett"\nclient_id = "portal"\n'


@pytest.mark.parametrize(
    ("toml", "place", "why"),
    [
        (WHOLE.replace('client_id = "portal"\n', ""), "client_id", "saknas"),
        (WHOLE + 'colour = "blue"\n', "colour", "ingen sådan"),
        (WHOLE + 'client_secret = "x"\n', "client_secret", "BILLING_OPENID_SECRETS"),
        (WHOLE.replace("https://id", "http://id"), "issuer", "https://"),
        (WHOLE.replace("id.example", "id.example?x=1"), "issuer", "https://"),
        (WHOLE.replace('"one"', '"callback"'), "key", "upptaget"),
        (WHOLE.replace('"one"', '"One two"'), "key", "inte att använda"),
        (WHOLE + 'people = "everyone"\n', "people", "inte att använda"),
        (WHOLE + 'client_authentication = "private_key_jwt"\n', "-", "client_key_file"),
        (WHOLE + 'first_link = ["personal_number"]\n', "-", "personal_number_claim"),
        (WHOLE + 'roles_claim = "groups"\n', "-", "hör ihop"),
        (WHOLE + 'people = "suppliers"\nroles_claim = "g"\nroles = { a = "AUDIT" }\n', "-", "medarbetare"),
        (WHOLE + 'acr_for_roles = { ATTEST = ["loa4"] }\n', "-", "acr_values"),
        (WHOLE + 'roles_claim = "g"\nroles = { a = "KING" }\n', "KING", "inte finns"),
        (WHOLE + 'acr_values = ["a"]\nacr_for_roles = { KING = ["a"] }\n', "KING", "inte finns"),
        (WHOLE + WHOLE, "key", "redan"),
        (WHOLE + WHOLE.replace('"one"', '"two"'), "issuer", "redan"),
        (WHOLE.replace('"one"', '"default"'), "key", "redan"),
        ("", "[[provider]]", "en för varje"),
        ("[provider]\n", "[[provider]]", "en för varje"),
        ("[[provider]\n", "BILLING_OPENID_FILE", "inte att läsa"),
    ],
)
def test_a_file_that_is_wrong_stops_the_start_and_says_where(
    tmp_path: Path, toml: str, place: str, why: str
) -> None:
    file = tmp_path / "providers.toml"
    file.write_text(toml, encoding="utf-8")
    settings = Settings(openid_file=file, database_url=f"sqlite:///{tmp_path / 'x.sqlite'}")
    with pytest.raises(OpenIdSettingsWrong) as refused:
        create_app(settings)
    assert place in refused.value.text.sv
    assert why in refused.value.text.sv


def test_a_file_that_is_away_and_a_secret_of_nobody_are_told(tmp_path: Path) -> None:
    with pytest.raises(OpenIdSettingsWrong, match="cannot be read"):
        providers_of(Settings(openid_file=tmp_path / "nowhere.toml"))
    file = tmp_path / "providers.toml"
    file.write_text(WHOLE, encoding="utf-8")
    with pytest.raises(OpenIdSettingsWrong, match="BILLING_OPENID_SECRETS names two"):
        providers_of(Settings.model_validate({"openid_file": file, "openid_secrets": {"two": "x"}}))
    with pytest.raises(OpenIdSettingsWrong, match="BILLING_OPENID_ISSUER"):
        providers_of(Settings(openid_issuer="http://id.example", openid_client_id="portal"))


def test_secrets_come_from_the_environment_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "providers.toml"
    file.write_text(WHOLE, encoding="utf-8")
    monkeypatch.setenv("BILLING_OPENID_FILE", str(file))
    monkeypatch.setenv("BILLING_OPENID_SECRETS", '{"one": "of the environment"}')
    (provider,) = providers_of(Settings())
    assert provider.client_secret.get_secret_value() == "of the environment"
    assert "of the environment" not in repr(Settings()) + repr(provider)


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_secret_in_basic_comes_out_as_it_went_in(name: str, secret: str) -> None:
    """Whoever reads it splits at the colon and decodes each part, as RFC 6749 2.3.1 says."""
    told = base64.b64decode(asking.basic(name, secret).removeprefix("Basic ")).decode("ascii")
    one, _, other = told.partition(":")
    assert (unquote_plus(one), unquote_plus(other)) == (name, secret)
