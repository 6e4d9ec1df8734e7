# complete.zsh SCRIPT LINE: prints what zsh, having read the script, offers for the line, in quotes as a shell has it.
zmodload zsh/zpty
zpty shell zsh -f -i
say() { zpty -w shell "$1" }
say 'PROMPT='
say "autoload -Uz compinit; compinit -u -D; source ${(q)1}"
# Every candidate passes through compadd; with -O and the like it only fills arrays.
say 'compadd() {
  if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
    local -a found
    builtin compadd -A found "$@"
    for word in $found; do print -r -- "offered=$word"; done
  fi
  builtin compadd "$@"
}'
say 'offer() { _main_complete; compstate[insert]=; compstate[list]=; print finished }'
say 'zle -C offer complete-word offer; bindkey "^I" offer; print rea""dy'
zpty -r -m shell output '*ready*'
zpty -w -n shell "$2"$'\t'
zpty -r -m shell output '*finished*'
print -r -- "$output" | tr -d '\r' | sed -n 's/.*offered=//p'
