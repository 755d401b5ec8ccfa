# SPDX-License-Identifier: Apache-2.0
"""States and performance data as a real Icinga 2 reads them."""
import re
import subprocess

from icinga import Icinga

SERVICES = {
    "good": '\tvars.daneprobe_target = "good.lab"\n',
    "aging": '\tvars.daneprobe_target = "aging.lab"\n\tvars.daneprobe_cert_warning = 36500\n',
    "wrong": '\tvars.daneprobe_target = "wrong.lab"\n',
    "silent": '\tvars.daneprobe_target = "silent.lab"\n',
    "accepted": '\tvars.daneprobe_target = "later.lab"\n\tvars.daneprobe_accept = "no-dane"\n',
    "two": '\tvars.daneprobe_target = [ "good.lab", "wrong.lab" ]\n',
}


def data_of(text):
    """{label: (value, unit, warn, crit, min, max)} of performance data."""
    out = {}
    for label, value, unit, rest in re.findall(
            r"('[^']+'|[^ =']+)=(-?[0-9.]+)([a-zA-Z%]*)((?:;[^; ]*)*)", text):
        bounds = (rest.split(";")[1:] + [""] * 4)[:4]
        out[label.strip("'")] = (float(value), unit, *bounds)
    return out


def expect(got, state, output, service):
    assert got[0] == state, "%s: state %s, not %s; %r" % (service, got[0], state, got)
    assert output in got[2], "%s: %r is not in %r" % (service, output, got[2])


def test_icinga_takes_the_check_command(stage):
    icinga = Icinga(stage, SERVICES)
    done = subprocess.run(icinga.command("--validate"), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stdout.lower(), done.stdout


def test_icinga_reads_states_and_data(stage):
    icinga = Icinga(stage, SERVICES)
    icinga.start()
    try:
        results = icinga.wait_for(SERVICES)
    finally:
        icinga.stop()
    expect(results["good"], "OK", "DANE OK - good.lab verified: 1 of 1 mail host", "good")
    expect(results["aging"], "WARNING", "DANE WARNING - aging.lab verified: ", "aging")
    expect(results["aging"], "WARNING", "certificate ends soon", "aging")
    expect(results["wrong"], "CRITICAL", "DANE CRITICAL - wrong.lab failed: mx.wrong.lab [", "wrong")
    expect(results["wrong"], "CRITICAL", "pins a CA certificate that was not sent", "wrong")
    expect(results["silent"], "UNKNOWN", "DANE UNKNOWN - silent.lab undetermined: ", "silent")
    expect(results["accepted"], "OK", "DANE OK - later.lab no-dane: ", "accepted")
    expect(results["two"], "CRITICAL", "DANE CRITICAL - 1 of 2 targets failing: wrong.lab failed: ",
           "two")
    data = data_of(results["good"][1])
    assert data["time"][1] == "s" and 0 < data["time"][0] < 60, data
    assert data["hosts_verified"][0] == 1 and data["hosts_verified"][5] == "1", data
    assert data["errors"][0] == data["warnings"][0] == 0, data
    assert data["signature_days"][0] > 0 and data["signature_days"][2].endswith(":"), data
    data = data_of(results["aging"][1])
    assert data["warnings"][0] >= 1, data
    assert data["certificate_days"][2] == "36500:" and data["certificate_days"][0] > 0, data
    assert data_of(results["wrong"][1])["errors"][0] >= 1, results["wrong"]
    data = data_of(results["two"][1])
    assert {"good.lab time", "wrong.lab time", "wrong.lab errors"} <= set(data), data
    assert data["good.lab errors"][0] == 0 and data["wrong.lab errors"][0] >= 1, data
