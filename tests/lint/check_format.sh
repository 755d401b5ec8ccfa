#!/bin/bash
# Every C file of ours is as .clang-format would write it: clang-format -i FILE mends it.
# SPDX-License-Identifier: Apache-2.0
set -u

status=0
for file in src/*/*.[ch] port/*.[ch] port/unbound/*.[ch] config/*.h tests/unit/*.[ch] tests/fuzz/*.[ch]; do
	[ -f "$file" ] || continue
	if ! clang-format --style=file "$file" | cmp -s - "$file"; then
		echo "$file: not formatted"
		status=1
	fi
done
exit $status
