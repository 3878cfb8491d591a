"""``trackaudit flags``: every SDK's questions are found with their keys and fallbacks, and judged by what code, comments and git say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.command import check, project, run, run_git

# An SDK, a file, what it holds, and the flags with their fallbacks that are asked for in it.
ASKED: list[tuple[str, str, str, dict[str, str]]] = [
    ("posthog", "a.js", "import posthog from 'posthog-js';\nexport const a = posthog.isFeatureEnabled('new-ui');", {"new-ui": ""}),
    ("posthog", "a.jsx", "import { useFeatureFlagEnabled } from 'posthog-js/react';\nexport const A = () => useFeatureFlagEnabled('new-ui', false) && <b />;", {"new-ui": "false"}),
    ("posthog", "b.jsx", "import { PostHogFeature } from 'posthog-js/react';\nexport const A = () => <PostHogFeature flag='new-ui' match={true} />;", {"new-ui": ""}),
    ("growthbook", "b.jsx", "import { FeatureString } from '@growthbook/growthbook-react';\nexport const A = () => <FeatureString feature='new-ui' default='none' />;", {"new-ui": "'none'"}),
    ("posthog", "a.ts", "import { PostHog } from 'posthog-node';\nconst client = new PostHog('k');\nexport const a = (id: string) => client.getFeatureFlag('new-ui', id);", {"new-ui": ""}),
    ("posthog", "a.py", "from posthog import Posthog\n\nclient = Posthog('k')\n\n\ndef a(id):\n    return client.feature_enabled('new-ui', id)\n", {"new-ui": ""}),
    ("launchdarkly", "a.js", "import { initialize } from 'launchdarkly-js-client-sdk';\nconst client = initialize(ID, {});\nexport const a = () => client.variation('new-ui', true);", {"new-ui": "true"}),
    ("launchdarkly", "a.ts", "import { init } from '@launchdarkly/node-server-sdk';\nconst client = init(KEY);\nexport const a = async (user) => await client.boolVariation('new-ui', user, false);", {"new-ui": "false"}),
    ("launchdarkly", "a.py", "import ldclient\n\n\ndef a(user):\n    return ldclient.get().variation('new-ui', user, False)\n", {"new-ui": "false"}),
    ("unleash", "a.jsx", "import { useFlag } from '@unleash/proxy-client-react';\nexport const A = () => useFlag('new-ui') && <b />;", {"new-ui": ""}),
    ("unleash", "a.js", "const { initialize } = require('unleash-client');\nconst unleash = initialize({ url: URL });\nexports.a = (user) => unleash.isEnabled('new-ui', user, true);", {"new-ui": "true"}),
    ("unleash", "a.py", "from UnleashClient import UnleashClient\n\nclient = UnleashClient(url=URL)\n\n\ndef a():\n    return client.is_enabled('new-ui')\n", {"new-ui": ""}),
    ("flagsmith", "a.js", "import flagsmith from 'flagsmith';\nexport const a = () => flagsmith.hasFeature('new-ui', { fallback: true });", {"new-ui": "true"}),
    ("growthbook", "a.jsx", "import { useFeatureIsOn, useFeatureValue } from '@growthbook/growthbook-react';\nexport const A = () => useFeatureIsOn('new-ui') && useFeatureValue('size', 3);", {"new-ui": "", "size": "3"}),
    ("growthbook", "a.py", "from growthbook import GrowthBook\n\ngb = GrowthBook(client_key=KEY)\n\n\ndef a():\n    return gb.is_on('new-ui')\n", {"new-ui": ""}),
    ("statsig", "a.jsx", "import { useGateValue } from '@statsig/react-bindings';\nexport const A = () => useGateValue('new-ui') && <b />;", {"new-ui": ""}),
    ("statsig", "a.py", "from statsig import statsig\n\n\ndef a(user):\n    return statsig.check_gate(user, 'new-ui')\n", {"new-ui": ""}),
    ("split", "a.py", "from splitio import get_factory\n\nclient = get_factory(KEY).client()\n\n\ndef a(user):\n    return client.get_treatment(user, 'new-ui')\n", {"new-ui": ""}),
    ("configcat", "a.js", "import * as configcat from 'configcat-js';\nconst client = configcat.getClient(KEY);\nexport const a = () => client.getValueAsync('new-ui', false);", {"new-ui": "false"}),
    ("openfeature", "a.js", "import { OpenFeature } from '@openfeature/web-sdk';\nconst client = OpenFeature.getClient();\nexport const a = () => client.getBooleanValue('new-ui', false);", {"new-ui": "false"}),
    ("optimizely", "a.js", "import { createInstance } from '@optimizely/optimizely-sdk';\nconst client = createInstance({ sdkKey: KEY });\nexport const a = (id) => client.createUserContext(id).decide('new-ui');", {"new-ui": ""}),
    ("vwo", "a.js", "import { init } from 'vwo-fme-node-sdk';\nconst client = await init({ sdkKey: KEY });\nexport const a = (id) => client.getFlag('new-ui', { id });", {"new-ui": ""}),
    ("waffle", "a.py", "from waffle import flag_is_active, switch_is_active\n\n\ndef a(request):\n    return flag_is_active(request, 'new-ui') or switch_is_active('size')\n", {"new-ui": "", "size": ""}),
    ("waffle", "a.py", "from flags.state import flag_enabled\n\n\ndef a(request):\n    return flag_enabled('new-ui', request=request)\n", {"new-ui": ""}),
    ("waffle", "a.html", "{% load i18n waffle_tags %}\n{% flag 'new-ui' %}<b>{% endflag %}{%- switch \"size\" %}{% endswitch %}{% trans 'flag' %}", {"new-ui": "", "size": ""}),
    ("waffle", "a.html", "{% load feature_flags %}{% flag_enabled 'NEW_UI' as on %}", {"NEW_UI": ""}),
    ("waffle", "a.html", "{# waffle_tags #}{% flag 'new-ui' %}", {}),
    ("openfeature", "a.ts", "import { OpenFeature } from '@openfeature/server-sdk';\nconst client = OpenFeature.getClient('app');\nexport const a = async () => await client.getBooleanValue('new-ui', false);", {"new-ui": "false"}),
    ("openfeature", "a.py", "from openfeature import api\n\nclient = api.get_client()\n\n\ndef a():\n    return client.get_boolean_value('new-ui', False)\n", {"new-ui": "false"}),
    ("launchdarkly", "a.jsx", "import { useFlags } from 'launchdarkly-react-client-sdk';\nexport const A = () => {\n  const { newUi, other: renamed } = useFlags();\n  return newUi && renamed && <b />;\n};", {"newUi": "", "other": ""}),
    ("launchdarkly", "a.jsx", "import { useFlags } from 'launchdarkly-react-client-sdk';\nexport const A = () => {\n  const flags = useFlags();\n  return flags.newUi && flags?.['size'] && <b />;\n};", {"newUi": "", "size": ""}),
    ("launchdarkly", "a.jsx", "import { useFlags } from 'launchdarkly-react-client-sdk';\nexport const A = () => <B {...useFlags()} />;", {}),
    ("flagsmith", "a.jsx", "import { useFlags } from 'flagsmith/react';\nexport const A = () => useFlags(['new-ui', 'size'])['new-ui'].enabled && <b />;", {"new-ui": "", "size": ""}),
    ("split", "a.ts", "import { SplitFactory } from '@splitsoftware/splitio';\nconst client = SplitFactory({ core: { authorizationKey: KEY } }).client();\nexport const a = (id: string) => client.getTreatment(id, 'new-ui');", {"new-ui": ""}),
    ("split", "b.ts", "import { SplitFactory } from '@splitsoftware/splitio';\nconst client = SplitFactory({ core: { authorizationKey: KEY, key } }).client();\nexport const a = () => client.getTreatment('new-ui', { plan });", {"new-ui": ""}),
    ("split", "a.jsx", "import { useTreatment, useTreatments } from '@splitsoftware/splitio-react';\nexport const A = () => useTreatment({ name: 'new-ui' }).treatment === 'on' && useTreatments({ names: ['size'] });", {"new-ui": "", "size": ""}),
    ("eppo", "a.ts", "import { getInstance } from '@eppo/node-server-sdk';\nexport const a = (id: string) => getInstance().getBooleanAssignment('new-ui', id, {}, false);", {"new-ui": "false"}),
    ("eppo", "a.py", "import eppo_client\n\n\ndef a(id):\n    return eppo_client.get_instance().get_boolean_assignment('new-ui', id, {}, False)\n", {"new-ui": "false"}),
    ("python-flags", "a.py", "import flask_featureflags as feature\n\n\n@feature.is_active_feature('size')\ndef a():\n    return feature.is_active('new-ui')\n", {"new-ui": "", "size": ""}),
    ("python-flags", "a.py", "from gutter.client.default import gutter\n\n\ndef a(user):\n    return gutter.active('new-ui', user)\n", {"new-ui": ""}),
    ("python-flags", "a.py", "from flipper import FeatureFlagClient\n\nclient = FeatureFlagClient(store)\n\n\ndef a():\n    return client.is_enabled('new-ui', default=True)\n", {"new-ui": "true"}),
]  # fmt: skip


def flags_of(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    outcome = run(folder, "flags", "--format", "json", "--no-cache", *arguments)
    assert outcome.code == 0, outcome.err
    flags: list[dict[str, Any]] = outcome.json["flags"]
    return flags


@pytest.mark.parametrize(("sdk", "file", "code", "wanted"), ASKED, ids=[f"{sdk} {file}" for sdk, file, _, _ in ASKED])
def test_what_is_asked_for(tmp_path: Path, sdk: str, file: str, code: str, wanted: dict[str, str]) -> None:
    project(tmp_path, {file: code})
    found = flags_of(tmp_path)
    assert {flag["key"]: " ".join(flag["fallbacks"]) for flag in found} == wanted
    assert {flag["sdk"] for flag in found} == ({sdk} if wanted else set())


@pytest.mark.parametrize(
    "code",
    [
        "const client = makeClient();\nexport const a = () => client.variation('new-ui', true);",
        "import { variation } from './own';\nexport const a = () => variation('new-ui', true);",
        "export const isEnabled = (name) => NAMES.has(name);\nexport const a = isEnabled('new-ui');",
    ],
)
def test_what_is_no_flag(tmp_path: Path, code: str) -> None:
    project(tmp_path, {"a.js": code, "own.js": "export const variation = (key, other) => other;"})
    assert flags_of(tmp_path) == []


def test_keys_in_constants_and_through_wrappers(tmp_path: Path) -> None:
    project(tmp_path, {
        "keys.js": "export const KEYS = { checkout: 'new-checkout', menu: 'new-menu' };\n",
        "flags.js": "import posthog from 'posthog-js';\nexport const isOn = (key) => posthog.isFeatureEnabled(key);\n",
        "shop.js": "import { isOn } from './flags';\nimport { KEYS } from './keys';\nexport const shop = () => isOn(KEYS.checkout) || isOn('new-cart');\n",
        "menu.js": "import posthog from 'posthog-js';\nimport { KEYS } from './keys';\nexport const menu = () => posthog.getFeatureFlag(KEYS.menu) || posthog.getFeatureFlag(location.hash);\n",
    })  # fmt: skip
    outcome = run(tmp_path, "flags", "--format", "json", "--no-cache")
    assert {(flag["key"], site["path"], site["line"]) for flag in outcome.json["flags"] for site in flag["sites"]} == {
        ("new-checkout", "shop.js", 3),
        ("new-cart", "shop.js", 3),
        ("new-menu", "menu.js", 3),
    }
    assert outcome.json["unnamed"] == 1


VIEWS = """from waffle import switch_is_active


def view(request):
    # TODO remove after 2025-06
    if switch_is_active("past"):
        return 1
    # TODO remove after 2025-07
    if switch_is_active("coming"):
        return 2
    switch_is_active("forgotten")
    never_read = switch_is_active("assigned")
    # permanent: a kill switch, last checked until 2020-01-01
    if switch_is_active("payments") or switch_is_active("tmp-payments"):
        return 3
    return switch_is_active("plain")  # expires 2025-06-30
"""


def verdicts(folder: Path, *arguments: str) -> dict[str, str]:
    return {flag["key"]: flag["verdict"] for flag in flags_of(folder, "--no-history", *arguments)}


def test_verdicts(tmp_path: Path) -> None:
    project(tmp_path, {"views.py": VIEWS})
    wanted = {
        "past": "in use", "coming": "in use", "forgotten": "stale", "assigned": "stale", "payments": "stays", "tmp-payments": "look",
        "plain": "in use",
    }  # fmt: skip
    assert verdicts(tmp_path, "--now", "2025-06-30") == wanted
    assert verdicts(tmp_path, "--now", "2025-07-01") == {**wanted, "past": "stale", "plain": "stale"}


def test_annotations_of_open_edx(tmp_path: Path) -> None:
    annotated = "# .. toggle_name: {0}\n# .. toggle_use_cases: open_edx\n# .. toggle_target_removal_date: {1}\n# .. toggle_tickets: A-1\nX = WaffleSwitch(\n    '{0}', __name__\n)\n"
    code = (
        "from edx_toggles.toggles import WaffleSwitch\n\n"
        + annotated.format("past", "2023-09-01")
        + annotated.format("open", "None")
    )
    project(tmp_path, {"toggles.py": code})
    assert verdicts(tmp_path) == {"past": "stale", "open": "stays"}


def test_what_a_constant_decides(tmp_path: Path) -> None:
    project(tmp_path, {
        "a.js": "import posthog from 'posthog-js';\nconst FORCED = true;\nexport const a = () => FORCED || posthog.isFeatureEnabled('forced');\n"
        "export const b = (preview) => preview || posthog.isFeatureEnabled('preview');\n"
        "export const c = () => { if (!FORCED) { return posthog.isFeatureEnabled('past'); } return 1; };\n",
    })  # fmt: skip
    assert verdicts(tmp_path) == {"forced": "stale", "past": "stale", "preview": "in use"}


def test_only_stale_ones(tmp_path: Path) -> None:
    project(tmp_path, {"views.py": VIEWS})
    assert list(verdicts(tmp_path, "--now", "2025-06-30", "--only", "stale")) == ["assigned", "forgotten"]


def test_fallbacks_that_differ(tmp_path: Path) -> None:
    project(tmp_path, {
        "a.js": "import { initialize } from 'launchdarkly-js-client-sdk';\nconst client = initialize(ID, {});\n"
        "export const a = () => client.variation('new-ui', true);\nexport const b = () => client.variation('new-ui', false);\n"
        "export const c = () => client.variation('old', false);\nexport const d = () => client.variation('old', false);\n",
    })  # fmt: skip
    reasons = {flag["key"]: flag["reasons"] for flag in flags_of(tmp_path, "--no-history")}
    assert reasons["new-ui"] == ["it falls back to different values: true, false"]
    assert reasons["old"] == ["its name says that it is not meant to stay"]


def test_what_git_tells(tmp_path: Path) -> None:
    project(tmp_path, {"views.py": VIEWS})
    run_git(tmp_path, "init", "-q")
    run_git(tmp_path, "add", "-A")
    run_git(
        tmp_path,
        "-c",
        "user.name=Anna",
        "-c",
        "user.email=anna@shop.test",
        "commit",
        "-q",
        "-m",
        "x",
        "--date",
        "2024-01-02T12:00:00Z",
    )
    (tmp_path / "views.py").write_text(VIEWS + '\n\ndef more():\n    return switch_is_active("new")\n')
    flags = {flag["key"]: flag for flag in flags_of(tmp_path, "--now", "2025-01-01")}
    assert (flags["plain"]["first_changed"], flags["plain"]["owner"]) == ("2024-01-02", "Anna")
    assert flags["plain"]["reasons"] == ["one place asks for it, unchanged since 2024-01-02"]
    assert (flags["new"]["last_changed"], flags["new"]["owner"], flags["new"]["verdict"]) == (None, None, "in use")


@pytest.mark.parametrize("format_name", ["text", "markdown"])
def test_formats_for_people(tmp_path: Path, format_name: str) -> None:
    project(tmp_path, {"views.py": VIEWS})
    out = run(tmp_path, "flags", "--format", format_name, "--no-history", "--no-cache", "--now", "2025-07-01").out
    assert out.index("past") < out.index("tmp-payments") < out.index("coming") < out.rindex("payments")
    assert "it was to be gone by 2025-06" in out
    assert "7 flags, 4 to be removed, 1 to be looked at." in out


def test_a_project_without_flags(tmp_path: Path) -> None:
    project(tmp_path, {"a.py": "print('hello')\n"})
    outcome = run(tmp_path, "flags", "--no-cache")
    assert (outcome.code, outcome.out) == (0, "0 flags, 0 to be removed, 0 to be looked at.\n")


LISTS = {
    "a plain list": ("flags.json", '["new-ui", {"key": "old", "archived": true}, {"key": "done", "status": "launched"}, "unread"]'),
    "LaunchDarkly": ("flags.json", '{"items": [{"key": "new-ui"}, {"key": "old", "archived": true}, {"key": "unread"}, {"key": "done", "status": "launched"}]}'),
    "Unleash": ("flags.json", '{"features": [{"name": "new-ui"}, {"name": "old", "archivedAt": "2024-01-01"}, {"name": "done", "status": "completed"}, {"name": "unread"}]}'),
    "GrowthBook": ("flags.json", '{"features": [{"id": "new-ui"}, {"id": "old", "archived": true}, {"id": "done", "status": "launched"}, {"id": "unread"}]}'),
    "flagd": ("flags.json", '{"flags": {"new-ui": {"state": "ENABLED"}, "old": {"archived": true}, "done": {"status": "launched"}, "unread": {"state": "ENABLED"}}}'),
    "a fixture of waffle": ("flags.json", '[{"model": "waffle.flag", "fields": {"name": "new-ui"}}, {"model": "waffle.flag", "fields": {"name": "done", "everyone": true}}, {"model": "waffle.flag", "fields": {"name": "old", "status": "archived"}}, {"model": "waffle.switch", "fields": {"name": "unread"}}]'),
    "TOML": ("flags.toml", '[flags]\nnew-ui = {}\nold = { archived = true }\ndone = { status = "launched" }\nunread = {}\n'),
    "YAML": ("flags.yaml", "flags:\n  - key: new-ui\n  - key: old\n    archived: true\n  - key: done\n    status: launched\n  - key: unread\n"),
}  # fmt: skip
LISTED = """from waffle import switch_is_active


def view(request):
    return [switch_is_active("new-ui"), switch_is_active("old"), switch_is_active("done"), switch_is_active("missing"), switch_is_active("kill-payments")]
"""


@pytest.mark.parametrize(("name", "text"), LISTS.values(), ids=LISTS.keys())
def test_lists_of_flags(tmp_path: Path, name: str, text: str) -> None:
    config = f'flag-list = "{name}"\npermanent-flags = ["kill-*"]\n'
    project(tmp_path, {"views.py": LISTED, "trackaudit.toml": config, name: text})
    wanted = {"new-ui": "in use", "old": "stale", "done": "stale", "missing": "stale", "kill-payments": "stays", "unread": "look"}
    if name == "flags.json" and "waffle.flag" in text:
        wanted["old"] = "stale"
    assert verdicts(tmp_path) == wanted
    assert {item["column"] for item in check(tmp_path, "--no-cache").findings if item["rule"] == "undeclared-flag"} == {
        41,
        66,
        92,
    }


def test_a_list_that_cannot_be_read(tmp_path: Path) -> None:
    project(tmp_path, {"views.py": LISTED, "trackaudit.toml": 'flag-list = "flags.json"\n', "flags.json": "{"})
    outcome = run(tmp_path, "check", "--no-cache")
    assert outcome.code == 2
    assert "the list of flags could not be read: flags.json:" in outcome.out


def test_the_project_says_how_its_comments_state_a_date(tmp_path: Path) -> None:
    code = (
        "import posthog from 'posthog-js';\n// gone by 2026-02-01\nexport const a = () => posthog.isFeatureEnabled('new-ui');\n"
    )
    project(tmp_path, {"a.js": code})
    assert flags_of(tmp_path, "--now", "2026-03-01")[0]["verdict"] == "in use"
    project(tmp_path, {"trackaudit.toml": "flag-expiry = ['gone by (?P<date>[0-9-]+)']\n"})
    assert flags_of(tmp_path, "--now", "2026-03-01")[0]["verdict"] == "stale"
    assert flags_of(tmp_path, "--now", "2026-01-01")[0]["verdict"] == "in use"


@pytest.mark.parametrize("pattern", ["(", "gone by"])
def test_a_pattern_without_a_date_is_refused(tmp_path: Path, pattern: str) -> None:
    project(tmp_path, {"a.js": "1", "trackaudit.toml": f"flag-expiry = ['{pattern}']\n"})
    outcome = run(tmp_path, "flags")
    assert outcome.code == 2
    assert "flag-expiry" in outcome.err


def test_a_hook_that_holds_all_flags_names_them_in_camel_case(tmp_path: Path) -> None:
    code = "import { useFlags } from 'launchdarkly-react-client-sdk';\nexport const A = () => useFlags().x || <b />;\nexport const B = () => {\n  const { newUi, oldUi } = useFlags();\n  return newUi || oldUi;\n};\n"
    listed = '{"flags": [{"key": "new-ui"}, {"key": "unread-one"}]}'
    project(tmp_path, {"a.jsx": code, "flags.json": listed, "trackaudit.toml": 'flag-list = "flags.json"\n'})
    verdicts = {flag["key"]: flag["verdict"] for flag in flags_of(tmp_path)}
    assert verdicts == {"newUi": "in use", "oldUi": "stale", "unread-one": "look"}


def test_a_listed_flag_that_another_language_asks_for_is_not_unread(tmp_path: Path) -> None:
    listed = '{"flags": [{"key": "asked-in-go"}, {"key": "asked-nowhere"}]}'
    project(
        tmp_path,
        {
            "a.js": "1",
            "main.go": 'client.Bool("asked-in-go", false)',
            "flags.json": listed,
            "trackaudit.toml": 'flag-list = "flags.json"\n',
        },
    )
    assert [flag["key"] for flag in flags_of(tmp_path)] == ["asked-nowhere"]
