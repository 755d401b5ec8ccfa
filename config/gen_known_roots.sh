#!/bin/sh
# Prints the Mozilla roots of Debian's ca-certificates as rows of config/known_cas.tsv, with the package's
# version in the first line ("# none" and no row without the package): facts for explanations, never trusted.
# SPDX-License-Identifier: Apache-2.0
set -eu
export LC_ALL=C

version=$(dpkg-query -W -f '${Version}' ca-certificates 2>/dev/null) || version=
set -- /usr/share/ca-certificates/mozilla/*.crt
if [ -z "$version" ] || [ ! -f "$1" ] || ! command -v openssl >/dev/null; then
	echo "# none"
	exit 0
fi
echo "# $version"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=1000
for file in "$@"; do
	number=$((number + 1))
	openssl x509 -in "$file" -noout -subject -startdate -enddate -dateopt iso_8601 \
		-nameopt sep_multiline,sname,utf8 -text -pubkey >"$work/$number.text"
	sed '/^-/d' "$file" | base64 -d >"$work/$number.cert"
	sed '1,/^-----BEGIN/d; /^-----END/,$d' "$work/$number.text" | base64 -d >"$work/$number.key"
done
cd "$work"
sha256sum ./*.key ./*.cert >256.sums
sha512sum ./*.key ./*.cert >512.sums
LC_ALL=C awk '
	function row(name) {
		name = cn == "" ? all : cn
		# What tells roots of one CN apart.
		if (cn == "GlobalSign") name = cn " (" unit ")"
		if (name != "")
			print name "\t" name "\t" (curve == "" ? "RSA-" bits : "EC-" curve) "\t" start "\t" end "\t" \
				digest[number ".key256"] "\t" digest[number ".key512"] "\t" \
				digest[number ".cert256"] "\t" digest[number ".cert512"] "\t"
		cn = unit = all = curve = ""
	}
	FILENAME ~ /sums$/ { digest[substr($2, 3) substr(FILENAME, 1, 3)] = $1; next }
	FNR == 1 { row(); number = substr(FILENAME, 3, 4) }
	/^subject=/ { inside = 1; next }
	# The name as src/dane/cert_name.c shows it: the CN, or everything.
	inside && /^    / {
		sub(/^ +/, "")
		if (/^CN=/) cn = substr($0, 4)
		if (/^OU=/) unit = substr($0, 4)
		all = all (all == "" ? "" : ", ") $0
		next
	}
	{ inside = 0 }
	/^notBefore=/ { start = substr($0, 11, 10) }
	/^notAfter=/ { end = substr($0, 10, 10) }
	/Public-Key: \(/ { bits = $0; sub(/.*\(/, "", bits); sub(/ .*/, "", bits) }
	/ASN1 OID: / { curve = $NF }
	END { row() }' 256.sums 512.sums ./*.text
