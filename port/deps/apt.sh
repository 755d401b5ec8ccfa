# Sourced by fetch.sh: the Debian source archive through an apt configuration of the build's own.
#
# Mirrors and keyring are those of the machine's own apt sources, which are only read. One
# configuration a suite, under APT_DIR, so that a suite that cannot be had does not disturb the
# others; NAME-security comes from the machine's security mirror, if it has one. apt checks the signatures of the index, and every file against the index.
#
# SPDX-License-Identifier: Apache-2.0

# The machine's Debian sources as lines of `URI<tab>Signed-By`, first come first served: entries
# for binary packages of a plain Debian suite, or of a security suite if $1 ends in -security.
# Both formats of sources(5).
apt_machine_sources() {
	case "$1" in *-security) ending=-security ;; *) ending= ;; esac
	eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
	find "$list" "$parts"/*.list "$parts"/*.sources -type f 2>/dev/null | LC_ALL=C sort |
		while read -r file; do
			# A trailing empty line closes the last stanza.
			{ cat "$file"; echo; } | awk -v form="${file##*.}" -v ending="$ending" '
			function plain(suites) {
				return (" " suites " ") ~ \
					" (stable|testing|unstable|sid|bookworm|trixie|forky)" ending " "
			}
			function stanza() {
				if (types ~ /deb( |$)/ && enabled !~ /no|false|0/ && plain(suites)) {
					n = split(uris, each, " ")
					for (i = 1; i <= n; i++) print each[i] "\t" signed
				}
				types = uris = suites = signed = enabled = ""
			}
			form == "list" && $1 == "deb" {
				line = $0; signed = ""
				if (match(line, /signed-by=[^] ]*/))
					signed = substr(line, RSTART + 10, RLENGTH - 10)
				sub(/\[[^]]*\]/, "", line)
				split(line, word, " ")
				if (plain(word[3])) print word[2] "\t" signed
			}
			form != "sources" || /^#/ { next }
			/^[ \t]*$/ { stanza(); next }
			/^[ \t]/ && key == "signed-by" { signed = signed "\\n" $0; next }
			{
				key = tolower($1); sub(/:$/, "", key)
				value = $0; sub(/^[^:]*:[ \t]*/, "", value)
				if (key == "types") types = value
				if (key == "uris") uris = value
				if (key == "suites") suites = value
				if (key == "signed-by") signed = value
				if (key == "enabled") enabled = tolower(value)
			}'
		done | awk '!seen[$0]++'
}

# apt_run SUITE COMMAND...: an apt command in the suite's own configuration.
apt_run() {
	suite=$1
	shift
	env APT_CONFIG="$APT_DIR/$suite/apt.conf" "$@"
}

# The configuration of a suite: what lies below APT_DIR/SUITE, and nothing else but the proxy and
# such that the machine's own configuration says.
apt_configure() {
	dir="$APT_DIR/$1"
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/parts"
	cat >"$dir/apt.conf" <<-CONF
		Dir::State "$dir";
		Dir::State::lists "$dir/lists";
		Dir::Cache "$dir/cache";
		Dir::Etc::sourcelist "/dev/null";
		Dir::Etc::sourceparts "$dir/parts";
		APT::Sandbox::User "";
		APT::Get::AllowUnauthenticated "false";
		Acquire::AllowInsecureRepositories "false";
		Acquire::Languages "none";
		Acquire::Retries "2";
	CONF
	apt_machine_sources "$1" >"$dir/mirrors"
}

# Make the suite's index ready, once; a failure is remembered for this run of fetch.sh.
apt_suite_ready() {
	dir="$APT_DIR/$1"
	if [ -e "$dir/ready" ]; then return 0; fi
	if [ -e "$dir/failed.$$" ]; then return 1; fi
	apt_configure "$1"
	if [ ! -s "$dir/mirrors" ]; then
		case "$1" in *-security) ;;
		*) echo "fetch: no Debian mirror in this machine's apt sources" >&2 ;;
		esac
		touch "$dir/failed.$$"
		return 1
	fi
	while IFS="$(printf '\t')" read -r uri signed; do
		printf 'Types: deb-src\nURIs: %s\nSuites: %s\nComponents: main\n' "$uri" "$1"
		[ -z "$signed" ] || printf 'Signed-By: %b\n' "$signed"
		echo
	done <"$dir/mirrors" >"$dir/parts/build.sources"
	if apt_run "$1" apt-get update -qq --error-on=any >"$dir/log" 2>&1; then
		touch "$dir/ready"
		return 0
	fi
	touch "$dir/failed.$$"
	echo "fetch: suite $1 cannot be used:" >&2
	sed 's/^/fetch:   /' "$dir/log" >&2
	if grep -qi 'NO_PUBKEY\|not signed\|public key' "$dir/log"; then
		echo "fetch:   its keys are in a newer debian-archive-keyring than this machine's" >&2
	fi
	return 1
}

# Lines `version<tab>base URI<tab>sha256<tab>file` for every tarball of a source package in a suite.
apt_source_files() {
	apt_run "$1" apt-get indextargets --format '$(REPO_URI) $(FILENAME)' \
		'Created-By: Sources' | while read -r base index; do
		apt_run "$1" /usr/lib/apt/apt-helper cat-file "$index" |
			awk -v want="$2" -v base="$base" '
			function stanza() {
				if (name == want)
					for (i = 1; i <= n; i++)
						print version "\t" base dir "/\t" sum[i] "\t" file[i]
				name = version = dir = section = ""; n = 0
			}
			/^$/ { stanza(); next }
			/^[^ ]/ { section = $1 }
			$1 == "Package:" { name = $2 }
			$1 == "Version:" { version = $2 }
			$1 == "Directory:" { dir = $2 }
			section == "Checksums-Sha256:" && NF == 3 &&
			$3 ~ /\.(orig|debian)\.tar\.[a-z0-9]+$/ { n++; sum[n] = $1; file[n] = $3 }
			END { stanza() }'
	done
}

# The same lines for the tarballs of a source package that the file KNOWN lists, on the machine's
# first mirror: the pseudo-suite `known`, which has been configured.
apt_known_files() {
	mirror=$(cut -f1 "$APT_DIR/known/mirrors" | head -n 1)
	awk -v package="$1" -v mirror="${mirror%/}" '
		$1 !~ /^[0-9a-f]+$/ { next }
		{
			n = split($3, part, "/")
			folder = substr($3, 1, length($3) - length(part[n]))
			if (part[n - 1] == package)
				print $2 "\t" mirror "/" folder "\t" $1 "\t" part[n]
		}' "$KNOWN"
}

# apt_download SUITE URI SHA256 FILE: through apt, which checks the sum.
apt_download() {
	if [ -f "$4" ] && echo "$3  $4" | sha256sum --status -c -; then return 0; fi
	rm -f "$4.part"
	if apt_run "$1" /usr/lib/apt/apt-helper download-file "$2" "$4.part" "SHA256:$3" \
		>>"$APT_DIR/$1/log" 2>&1 && echo "$3  $4.part" | sha256sum --status -c -; then
		mv "$4.part" "$4"
		return 0
	fi
	rm -f "$4.part"
	return 1
}
