# Prints the size of the program by component, from the linker's map: bytes that are loaded.
# SPDX-License-Identifier: Apache-2.0

function component(file) {
	if (file ~ /\/obj\/src\//) { sub(/.*\/obj\/src\//, "", file); sub(/\/.*/, "", file); return "src/" file }
	if (file ~ /\/obj\/port\//) return "port"
	if (file ~ /\/obj\/gen\//) return "table of known CAs"
	if (file ~ /libmbed/) return "Mbed TLS: " (file ~ /libmbedcrypto/ ? "crypto" : file ~ /libmbedx509/ ? "X.509" : "TLS")
	if (file ~ /libunbound/) return file ~ /val_secalgo/ ? "port/unbound" : "libunbound"
	if (file ~ /libevent/) return "libevent"
	if (file ~ /libcjson/) return "cJSON"
	if (file ~ /libsodium/) return "libsodium"
	if (file ~ /libdecaf/) return "libdecaf"
	if (file ~ /libgcc|crt(begin|end)/) return "libgcc"
	if (file ~ /libc\.a|crt/) return "musl"
	return "other"
}

/^Linker script and memory map/ { on = 1 }
/^ \.(debug|comment|note\.GNU-stack|symtab|strtab)/ { skip = 1; next }
# ` .section address size file`, the first often on a line of its own.
on && /^ \.[a-zA-Z]/ && NF == 1 { section = $1; skip = 0; next }
on && /^ (\.[a-zA-Z][^ ]*)? +0x[0-9a-f]+ +0x[0-9a-f]+ [^ ]/ {
	if ($1 ~ /^\./) { section = $1; skip = 0; i = 2 } else i = 1
	if (skip || $i ~ /^0x0+$/ || section ~ /^\.t?bss/ || section ~ /^\.(debug|comment)/) next
	bytes = hex($(i + 1))
	sum[section ~ /^\.rel[ar]/ ? "relocations" : component($(i + 2))] += bytes
	total += bytes
}

function hex(text,    i, value) {
	for (i = 3; i <= length(text); i++)
		value = value * 16 + index("0123456789abcdef", tolower(substr(text, i, 1))) - 1
	return value
}

END {
	for (name in sum)
		printf "%8d  %s\n", sum[name], name | "sort -rn"
	close("sort -rn")
	printf "%8d  all of these\n%8d  the file, stripped (at most 1363148)\n", total, stripped
	exit stripped > 1363148
}
