"""deploy/monitoring: promtool understands the rules and proves each alert; rules and dashboard speak of metrics that a running
shop serves or that docs/operations lists; and each alert has its page in docs/operations/alerts, as each page has its alert."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.request

import yaml

SOURCE = pathlib.Path(os.environ["OCTAVO_TEST_SOURCE_DIR"])
BINARY = pathlib.Path(os.environ["OCTAVO_TEST_BINARY_DIR"])
MONITORING = SOURCE / "deploy/monitoring"
PAGES = SOURCE / "docs/operations/alerts"
GUIDE = SOURCE / "docs/operations/README.md"
OF_PROMETHEUS = {"up"}  # Its own, of each target.
SECTIONS = ["## What it means", "## What to look at", "## What to do"]

METRICS_PORT = re.compile(r"event=ready\b.*\bmetrics=(\d+)")
PAGES_ADDRESS = re.compile(r"event=shop_open address=\"?(http://[^\s\"]+)")
NOT_NAMES = re.compile(r'"(?:\\.|[^"\\])*"|\[[^\]]*\]')  # Strings and ranges of time.
GROUPING = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)|\boffset\s+\w+")
KEYWORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "offset", "bool"}


def metric_names(expression):
    """The metrics that an expression of PromQL speaks of."""
    rest = NOT_NAMES.sub("", expression)
    rest = GROUPING.sub(" ", re.sub(r"\{[^}]*\}", " ", rest))
    names = re.findall(r"(?<![\w.$])[a-zA-Z_:][\w:]*(?![\w:]|\s*\()", rest)
    return set(names) - KEYWORDS


def promtool(*arguments):
    tool = shutil.which("promtool", path=f"{os.environ['PATH']}:{SOURCE / 'build/tools'}")
    assert tool, "promtool is missing: ./test unpacks it from Debian's package prometheus (tools/setup.sh)"
    done = subprocess.run([tool, *arguments], cwd=MONITORING, text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, f"promtool {arguments}:\n{done.stdout}{done.stderr}"


@contextlib.contextmanager
def running_shop():
    """Gives the text of /metrics of a shop that has made a page."""
    with tempfile.TemporaryDirectory(prefix="octavo-monitoring-") as folder:
        command = [BINARY / "octavo", f"--data-dir={folder}", "--listen=127.0.0.1:0", "--marketplace.listen=127.0.0.1:0",
                   "--metrics-listen=127.0.0.1:0", "--otlp-endpoint=127.0.0.1:1"]  # Nobody's: its outbox is there.
        with subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as shop:
            try:
                found = {}
                for line in shop.stdout:
                    for name, pattern in (("metrics", METRICS_PORT), ("pages", PAGES_ADDRESS)):
                        if match := pattern.search(line):
                            found[name] = match[1]
                    if len(found) == 2:
                        break
                assert len(found) == 2, "the shop ended before it was ready"
                with urllib.request.urlopen(found["pages"], timeout=30) as page:
                    page.read()
                with urllib.request.urlopen(f"http://127.0.0.1:{found['metrics']}/metrics", timeout=30) as metrics:
                    yield metrics.read().decode()
            finally:
                shop.send_signal(signal.SIGTERM)
                shop.stdout.read()


def served_names():
    with running_shop() as text:
        return {re.match(r"[\w:]+", line)[0] for line in text.splitlines() if line and not line.startswith("#")}


def documented_names():
    """The first column of the guide's table of metrics."""
    table = GUIDE.read_text(encoding="utf-8").partition("## Metrics")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("|")]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def alerts():
    groups = yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def tests():
    return yaml.safe_load((MONITORING / "alerts_test.yml").read_text(encoding="utf-8"))["tests"]


def test_names_are_read():
    assert metric_names('sum by (le) (rate(a_bucket{b="c d"}[5m])) / on (x) e_total offset 1h > 0.5 unless f') == {
        "a_bucket", "e_total", "f"}
    assert metric_names("label_values(build_info{job=\"octavo\"}, instance)") == {"build_info", "instance"}


def test_rules():
    promtool("check", "config", "prometheus.yml")
    promtool("check", "rules", "alerts.yml")
    promtool("test", "rules", "alerts_test.yml")
    cases = [case for test in tests() for case in test["alert_rule_test"]]
    rings = {case["alertname"] for case in cases if case.get("exp_alerts")}
    quiet = {case["alertname"] for case in cases if not case.get("exp_alerts")}
    for kind in (rings, quiet):
        assert kind == set(alerts()), f"not tested, or not an alert: {kind.symmetric_difference(alerts())}"


def test_pages():
    pages = {page.stem for page in PAGES.iterdir()}
    alone = pages.symmetric_difference(alerts())
    assert not alone, f"a page without its alert, or an alert without its page: {alone}"
    for name, rule in alerts().items():
        assert rule["labels"]["severity"] in ("page", "ticket"), f"{name}: its severity"
        assert rule["annotations"]["summary"].endswith("."), f"{name}: its summary is a sentence"
        assert rule["annotations"]["runbook"] == f"docs/operations/alerts/{name}.md", f"{name}: its annotation names its page"
        text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
        assert text.startswith(f"# {name}\n"), f"{name}: its page begins with its name"
        assert [line for line in text.splitlines() if line.startswith("## ")] == SECTIONS, f"{name}: its page has {SECTIONS}"


def test_links():
    """What the pages for operators and of deploy/ name is there."""
    for page in [*(SOURCE / "docs/operations").rglob("*.md"), *(SOURCE / "deploy").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.relative_to(SOURCE)} names {link}, which is not there"


def expressions():
    """Of rules, of their tests' series, and of the dashboard, each with where it is."""
    for name, rule in alerts().items():
        yield f"alert {name}", rule["expr"]
    for test in tests():
        for series in test["input_series"]:
            yield f"test of \"{test['name']}\"", series["series"]
    dashboard = json.loads((MONITORING / "dashboard.json").read_text(encoding="utf-8"))
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield f"panel \"{panel['title']}\"", target["expr"]


def test_metrics():
    known = served_names() | documented_names() | OF_PROMETHEUS
    for where, expression in expressions():
        names = metric_names(expression)
        assert names, f"{where} speaks of no metric: {expression}"
        assert names <= known, f"{where} speaks of {sorted(names - known)}, which the shop does not serve"


def test_dashboard():
    dashboard = json.loads((MONITORING / "dashboard.json").read_text(encoding="utf-8"))
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids)), "two panels have one id"
    for panel in dashboard["panels"]:
        targets = panel.get("targets", [])
        assert panel["type"] == "row" or targets, f"panel {panel['title']} shows nothing"
        # promtool reads them as rules; Grafana puts values in place of its variables.
        for target in targets:
            plain = target["expr"].replace("$__rate_interval", "5m").replace("$instance", ".*")
            with tempfile.NamedTemporaryFile("w", suffix=".yml") as rules:
                json.dump({"groups": [{"name": "panel", "rules": [{"record": "panel", "expr": plain}]}]}, rules)
                rules.flush()
                promtool("check", "rules", rules.name)


def main():
    test_names_are_read()
    test_rules()
    test_pages()
    test_links()
    test_dashboard()
    test_metrics()


main()
