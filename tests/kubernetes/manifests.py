# SPDX-License-Identifier: Apache-2.0
"""What can be said about manifests without a cluster: every field is one of the API (as the models
of Debian's python3-kubernetes have it, which are made from the published OpenAPI description), of
its type, with all that is required; the `restricted` profile of the Pod Security Standards; and
names that refer to each other do."""
import re

import kubernetes.client as api
import yaml

KINDS = {("v1", "Namespace"): "V1Namespace", ("v1", "Service"): "V1Service",
         ("apps/v1", "Deployment"): "V1Deployment", ("batch/v1", "CronJob"): "V1CronJob",
         ("batch/v1", "Job"): "V1Job", ("v1", "ConfigMap"): "V1ConfigMap",
         ("networking.k8s.io/v1", "NetworkPolicy"): "V1NetworkPolicy"}
PLAIN = {"str": str, "int": int, "bool": bool, "float": (int, float)}
SCHEDULE = re.compile(r"^[\d*/,-]+( [\d*/,-]+){4}$")
QUANTITY = re.compile(r"^\d+(m|Ki|Mi|Gi)?$")
LABEL = re.compile(r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")


def read(path):
    with open(path) as file:
        return list(yaml.safe_load_all(file))


def fields(value, kind, where):
    """What is wrong with a value that should be of a kind, as the models name kinds."""
    listed, mapped = re.fullmatch(r"list\[(.+)\]", kind), re.fullmatch(r"dict\(str, (.+)\)", kind)
    if listed:
        if not isinstance(value, list):
            return ["%s: is no list" % where]
        return [p for n, one in enumerate(value) for p in fields(one, listed[1], "%s[%d]" % (where, n))]
    if mapped:
        if not isinstance(value, dict):
            return ["%s: is no map" % where]
        return [p for key, one in value.items()
                for p in fields(one, mapped[1], "%s.%s" % (where, key))]
    if kind in PLAIN:
        good = isinstance(value, PLAIN[kind]) and (kind == "bool" or not isinstance(value, bool))
        return [] if good else ["%s: %r is no %s" % (where, value, kind)]
    if kind == "object":  # a quantity, or an int-or-string
        return [] if isinstance(value, (int, str)) else ["%s: %r" % (where, value)]
    return model(value, getattr(api, kind), where)


def model(value, kind, where):
    if not isinstance(value, dict):
        return ["%s: is no %s" % (where, kind.__name__)]
    names = {name: attribute for attribute, name in kind.attribute_map.items()}
    out = ["%s: has no field %s" % (where, key) for key in value if key not in names]
    for key, one in value.items():
        if key in names:
            out += fields(one, kind.openapi_types[names[key]], "%s.%s" % (where, key))
    try:  # required fields, and values of enumerations
        kind(**{names[key]: one for key, one in value.items() if key in names})
    except ValueError as error:
        out.append("%s: %s" % (where, error))
    return out


def schema(manifest):
    which = (manifest.get("apiVersion"), manifest.get("kind"))
    if which not in KINDS:
        return ["%s %s is not expected here" % which]
    return model(manifest, getattr(api, KINDS[which]), manifest["kind"])


def pod_of(manifest):
    """The pod's spec and metadata in a manifest, or None."""
    spec = manifest.get("spec", {})
    template = spec.get("jobTemplate", {}).get("spec", {}).get("template") or spec.get("template")
    return template


def containers_of(pod):
    return pod["spec"].get("initContainers", []) + pod["spec"]["containers"]


def effective(pod, container, key):
    """A setting of the security context: the container's, else the pod's."""
    own = container.get("securityContext", {})
    return own.get(key, pod["spec"].get("securityContext", {}).get(key))


def restricted(pod):
    """Pod Security Standards, `restricted` (and `baseline`, which is part of it); and a root file
    system that is read-only, resources, and no token, which are our own rules."""
    spec, out = pod["spec"], []
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            out.append("pod: %s" % key)
    kinds = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim",
             "projected", "secret"}
    for volume in spec.get("volumes", []):
        if not set(volume) - {"name"} <= kinds:
            out.append("volume %s" % volume["name"])
    if spec.get("automountServiceAccountToken") is not False:
        out.append("pod: a token is mounted")
    for container in containers_of(pod):
        out += ["%s: %s" % (container["name"], what) for what in loose(pod, container)]
    return out


def loose(pod, container):
    own = container.get("securityContext", {})
    if own.get("privileged") or own.get("procMount", "Default") != "Default":
        yield "privileged, or another /proc"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation"
    if effective(pod, container, "runAsNonRoot") is not True:
        yield "runAsNonRoot"
    if not effective(pod, container, "runAsUser"):
        yield "runAsUser"
    if (effective(pod, container, "seccompProfile") or {}).get("type") != "RuntimeDefault":
        yield "seccompProfile"
    if own.get("capabilities", {}) != {"drop": ["ALL"]}:
        yield "capabilities"
    if own.get("readOnlyRootFilesystem") is not True:
        yield "readOnlyRootFilesystem"
    if any("hostPort" in port for port in container.get("ports", [])):
        yield "hostPort"
    resources = container.get("resources", {})
    amounts = [resources.get("requests", {}).get("cpu"), resources.get("requests", {}).get("memory"),
               resources.get("limits", {}).get("memory")]
    if not all(isinstance(amount, str) and QUANTITY.match(amount) for amount in amounts):
        yield "resources"


def references(manifests):
    """Names that one part says and another must have."""
    out, pods = [], [pod_of(m) for m in manifests if pod_of(m)]
    for manifest in manifests:
        where, spec = manifest["kind"], manifest.get("spec", {})
        if not LABEL.match(manifest["metadata"]["name"]):
            out.append("%s: name" % where)
        if where == "Deployment" and spec["selector"]["matchLabels"] != spec["template"]["metadata"]["labels"]:
            out.append("Deployment: selector and labels differ")
        if where == "CronJob" and not SCHEDULE.match(spec["schedule"]):
            out.append("CronJob: schedule")
        if where == "Service":
            out += service(spec, pods)
        if where == "NetworkPolicy" and not any(
                p["metadata"]["labels"] == spec["podSelector"]["matchLabels"] for p in pods):
            out.append("NetworkPolicy: selects no pod")
    for pod in pods:
        volumes = {volume["name"] for volume in pod["spec"].get("volumes", [])}
        for container in containers_of(pod):
            ports = {port["name"] for port in container.get("ports", [])}
            out += ["%s: no volume %s" % (container["name"], mount["name"])
                    for mount in container.get("volumeMounts", []) if mount["name"] not in volumes]
            out += ["%s: no port of %s" % (container["name"], probe) for probe in
                    ("livenessProbe", "readinessProbe")
                    if probe in container and container[probe]["httpGet"]["port"] not in ports]
    return out


def service(spec, pods):
    for pod in pods:
        if pod["metadata"]["labels"] == spec["selector"]:
            ports = {p["name"] for c in pod["spec"]["containers"] for p in c.get("ports", [])}
            return ["Service: no port %s" % p["targetPort"] for p in spec["ports"]
                    if p["targetPort"] not in ports]
    return ["Service: selects no pod"]
