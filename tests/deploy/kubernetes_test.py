"""deploy/kubernetes: each overlay is built by kustomize, and what comes out is checked strictly against the schemas of
Kubernetes; pods are hardened and bounded; programs know their options; selectors find what they mean; and the network policies
let exactly those services call each other that do. Without kubectl or kustomize on the machine there is nothing to build with:
skipped."""

import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import jsonschema
import yaml

SOURCE = pathlib.Path(os.environ["OCTAVO_TEST_SOURCE_DIR"])
BINARY = pathlib.Path(os.environ["OCTAVO_TEST_BINARY_DIR"])
FOLDER = SOURCE / "deploy/kubernetes"
SCHEMAS = SOURCE / "build/tools/kubernetes.json"
OVERLAYS = ["one-process", "apart", "apart-tls"]
# Of operators. They were checked with kubeconform against the operators' own schemas (README.md).
OF_OPERATORS = {("postgresql.cnpg.io/v1", "Cluster"), ("postgresql.cnpg.io/v1", "Database"), ("cert-manager.io/v1", "Issuer"),
                ("cert-manager.io/v1", "Certificate")}
SERVICES = ["accounts", "cart", "catalog", "inventory", "marketplace", "payments", "promotions", "recommendations",
            "transactions"]
SKIPPED = 77  # What CMakeLists.txt says to ctest.


def builder():
    if shutil.which("kubectl"):
        return ["kubectl", "kustomize"]
    if shutil.which("kustomize"):
        return ["kustomize", "build"]
    print("neither kubectl nor kustomize is on this machine")
    sys.exit(SKIPPED)


def build(overlay):
    done = subprocess.run([*builder(), FOLDER / "overlays" / overlay], text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, f"{overlay}: {done.stderr}"
    return list(yaml.safe_load_all(done.stdout))


def name(document):
    return f"{document['kind']} {document['metadata']['name']}"


def of_kind(documents, *kinds):
    return [document for document in documents if document["kind"] in kinds]


def workloads(documents):
    return of_kind(documents, "Deployment", "StatefulSet")


def pod_labels(workload):
    return workload["spec"]["template"]["metadata"]["labels"]


def matches(selector, labels):
    """Whether a Kubernetes label selector selects what has these labels."""
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for expression in selector.get("matchExpressions", []):
        is_in = labels.get(expression["key"]) in expression["values"]
        if is_in != (expression["operator"] == "In"):
            return False
    return True


def check_schemas(documents):
    with open(SCHEMAS, encoding="utf-8") as file:
        definitions = json.load(file)
    of_objects = {}
    for key, definition in definitions["$defs"].items():
        for kind in definition.get("x-kubernetes-group-version-kind", []):
            version = f"{kind['group']}/{kind['version']}".lstrip("/")
            of_objects[(version, kind["kind"])] = key
    for document in documents:
        kind = (document["apiVersion"], document["kind"])
        if kind in OF_OPERATORS:
            continue
        assert kind in of_objects, f"{name(document)}: Kubernetes knows no {kind}"
        schema = {"$ref": f"#/$defs/{of_objects[kind]}", "$defs": definitions["$defs"]}
        errors = list(jsonschema.Draft202012Validator(schema).iter_errors(document))
        assert not errors, f"{name(document)}: {errors[0].json_path}: {errors[0].message}"


def check_pods(documents):
    """What every pod has; the namespace's label asks for most of it too."""
    for workload in workloads(documents):
        pod = workload["spec"]["template"]["spec"]
        assert pod["enableServiceLinks"] is False, f"{name(workload)}: its variables OCTAVO_… would end the program"
        assert pod["automountServiceAccountToken"] is False, name(workload)
        assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] > 0, name(workload)
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name(workload)
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            where = f"{name(workload)}, {container['name']}"
            assert container["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                                    "capabilities": {"drop": ["ALL"]}}, where
            for kind in ("requests", "limits"):
                assert set(container["resources"][kind]) == {"cpu", "memory"}, f"{where}: {kind}"
            assert re.search(r":\d+\.\d+\.\d+$", container["image"]), f"{where}: its image has a version"
            mounted = {mount["name"] for mount in container["volumeMounts"]}
            volumes = {volume["name"] for volume in pod.get("volumes", [])}
            claims = {claim["metadata"]["name"] for claim in workload["spec"].get("volumeClaimTemplates", [])}
            assert mounted <= volumes | claims, f"{where}: mounts {mounted - volumes - claims}"
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            assert probe in pod["containers"][0], f"{name(workload)}: {probe}"


def options_of(program):
    text = subprocess.run([BINARY / program[0], *program[1:], "--help"], text=True, capture_output=True, timeout=60,
                          check=True).stdout
    return set(re.findall(r"^  (--[\w.-]+)", text, re.MULTILINE))


def check_options(documents):
    shared = {config["metadata"]["name"]: config["data"] for config in of_kind(documents, "ConfigMap")}
    addresses = {service["metadata"]["name"] for service in of_kind(documents, "Service")}
    for workload in workloads(documents):
        container = workload["spec"]["template"]["spec"]["containers"][0]
        args = container["args"]
        program = container.get("command", ["octavo"]) + [arg for arg in args if not arg.startswith("--")]
        known = options_of(program)
        variables = {"OCTAVO_" + re.sub(r"[.-]", "_", option.removeprefix("--")).upper() for option in known}
        given = {arg.partition("=")[0]: arg.partition("=")[2] for arg in args if arg.startswith("--")}
        assert set(given) <= known, f"{name(workload)}: {program[0]} does not know {set(given) - known}"
        names = [entry["name"] for entry in container.get("env", [])]
        names += [key for source in container["envFrom"] for key in shared[source["configMapRef"]["name"]]]
        ours = {key for key in names if key.startswith("OCTAVO_")}
        assert ours <= variables, f"{name(workload)}: {program[0]} does not know {ours - variables}"
        for option in known:
            if option.startswith("--peers."):
                address = f"octavo-{option.removeprefix('--peers.')}"
                assert given.get(option) == f"dns:///{address}:50051" and address in addresses, f"{name(workload)}: {option}"


def check_selectors(documents):
    """Services, budgets and scalers each mean one workload."""
    pods = [pod_labels(workload) for workload in workloads(documents)]
    for document in of_kind(documents, "Service", "PodDisruptionBudget"):
        selector = document["spec"]["selector"]
        selector = {"matchLabels": selector} if document["kind"] == "Service" else selector
        assert sum(matches(selector, labels) for labels in pods) == 1, f"{name(document)} selects not one workload"
    targets = {workload["metadata"]["name"] for workload in workloads(documents)}
    scalers = of_kind(documents, "HorizontalPodAutoscaler")
    for scaler in scalers:
        assert scaler["spec"]["scaleTargetRef"]["name"] in targets, name(scaler)
    scaled = {scaler["spec"]["scaleTargetRef"]["name"] for scaler in scalers}
    for workload in workloads(documents):
        is_scaled = workload["metadata"]["name"] in scaled
        assert is_scaled != ("replicas" in workload["spec"]), f"{name(workload)}: one of them says how many there are"


def allows(policies, caller, called, port):
    """Whether pods with the labels `caller` reach those with the labels `called`, both in the namespace of the shop."""
    def has_rule(labels, direction, side, other):
        for policy in policies:
            if matches(policy["spec"]["podSelector"], labels):
                for rule in policy["spec"].get(direction, []):
                    peers = [peer for peer in rule.get(side, []) if "namespaceSelector" not in peer]
                    if any(matches(peer["podSelector"], other) for peer in peers) and {"port": port} in rule["ports"]:
                        return True
        return False
    return has_rule(caller, "egress", "to", called) and has_rule(called, "ingress", "from", caller)


def check_policies(documents):
    policies = of_kind(documents, "NetworkPolicy")
    labels = {workload["metadata"]["name"].removeprefix("octavo-"): pod_labels(workload) for workload in workloads(documents)}
    assert sorted(labels) == SERVICES, f"the services are {sorted(labels)}"
    postgres = {"cnpg.io/cluster": "octavo-postgres"}
    for caller in SERVICES:
        peers = {option.removeprefix("--peers.") for option in options_of([f"octavo-{caller}"]) if option.startswith("--peers.")}
        for called in SERVICES:
            is_allowed = allows(policies, labels[caller], labels[called], "grpc")
            assert is_allowed == (called in peers), f"{caller} may call {called}: {is_allowed}; it does: {called in peers}"
        has_store = f"--{caller}.database_url" in options_of([f"octavo-{caller}"])
        egress = [rule for policy in policies if policy["metadata"]["name"] == f"octavo-{caller}"
                  for rule in policy["spec"]["egress"] if {"port": 5432} in rule["ports"]]
        assert bool(egress) == has_store, f"{caller} reaches PostgreSQL: {bool(egress)}"
        assert all(matches(rule["to"][0]["podSelector"], postgres) for rule in egress), caller


def check_secrets(documents):
    """Every Secret that somebody has to make is in the README, or comes from an operator."""
    text = json.dumps(documents)
    named = set(re.findall(r'"(?:secretName|secretKeyRef": \{"name|passwordSecret": \{"name)": "([\w-]+)"', text))
    named |= set(re.findall(r'"secretKeyRef": \{[^}]*"name": "([\w-]+)"', text))
    readme = (FOLDER / "README.md").read_text(encoding="utf-8").replace("$service", "<service>")
    missing = {secret for secret in named if secret not in readme and re.sub(r"-\w+$", "-<service>", secret) not in readme}
    assert not missing, f"README.md does not say where these come from: {missing}"


def main():
    for overlay in OVERLAYS:
        documents = build(overlay)
        twice = [key for key, count in collections.Counter(map(name, documents)).items() if count > 1]
        assert not twice, f"{overlay}: {twice}"
        assert all(document["metadata"].get("namespace", "octavo") == "octavo" for document in documents), overlay
        check_schemas(documents)
        check_pods(documents)
        check_options(documents)
        check_selectors(documents)
        check_secrets(documents)
        if overlay != "one-process":
            check_policies(documents)


main()
