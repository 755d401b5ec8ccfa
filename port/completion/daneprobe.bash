# Completion of daneprobe for bash: the program's own help texts say what there is.
# SPDX-License-Identifier: Apache-2.0

_daneprobe() {
	local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local commands line values=
	commands=$(daneprobe help 2>/dev/null | sed -n 's/^  \([a-z]*\) .*/\1/p')
	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ] || { [ "$command" = help ] && [ "$COMP_CWORD" = 2 ]; }; then
		mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
		return
	fi
	if [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(daneprobe help "$command" 2>/dev/null |
			sed -n 's/^  \(-., \|    \)\(--[a-z0-9-]*\).*/\2/p')" -- "$current")
		return
	fi
	# Behind an option with words to choose from: "--exit nagios|simple".
	if [[ $before == -* ]]; then
		line=$(daneprobe help "$command" 2>/dev/null |
			sed -n "s/^  \(-., \|    \)$before \([^ ]*\).*/\2/p; s/^  $before, --[a-z0-9-]* \([^ ]*\).*/\1/p")
		case $line in
		*[A-Z]*) ;;
		*'|'*) values=${line//'|'/ } ;;
		esac
	fi
	if [ -n "$values" ]; then
		mapfile -t COMPREPLY < <(compgen -W "$values" -- "$current")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
	fi
}
complete -o filenames -F _daneprobe daneprobe
