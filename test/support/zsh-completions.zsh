# Prints what an interactive zsh offers for a command line: zsh -f zsh-completions.zsh SCRIPT LINE
#
# An inner shell, in a pseudo-terminal, has the real completion system. Its compadd tells the matches in place of showing them.
zmodload zsh/zpty
setup=$(mktemp)
trap 'rm -f $setup' EXIT
cat >$setup <<'END'
PROMPT=
autoload -U compinit && compinit -u -d $HOME/.zcompdump
source $SCRIPT
bindkey '^I' complete-word
zstyle ':completion:*' insert-tab false
edge() { print -r -- '%%edge%%' }
compprefuncs=(edge)
comppostfuncs=(edge exit)
compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
    builtin compadd "$@"
    return
  fi
  local -a hits
  builtin compadd -A hits "$@"
  (( $#hits )) && print -rl -- "%%${(@)^hits}"
}
print -r -- '%%ready%%'
END
export SCRIPT=$1
zpty inner zsh -f -i
zpty -w inner "source $setup"
while zpty -r inner line; do
  [[ $line == '%%ready%%'* ]] && break
done
zpty -w -n inner "$2"$'\t'
integer edges=0
while (( edges < 2 )) && zpty -r inner line; do
  line=${line%%[$'\r\n']*}
  # What was typed is echoed before the first edge.
  if [[ $line == *'%%edge%%' ]]; then
    edges+=1
  elif [[ $line == '%%'* ]]; then
    print -r -- ${line#%%}
  fi
done
