/**
 * What each shell needs to ask the program for completions. All of them ask `zonewright complete -- WORDS…` and get the form that
 * `printCompletions` describes; the shells choose what fits.
 */
export const COMPLETION_SCRIPTS: Readonly<Record<string, string>> = {
  bash: `# bash completion for zonewright
_zonewright() {
  local current=\${COMP_WORDS[COMP_CWORD]} kind='' value
  [[ $current == = ]] && current=''
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    if [[ -z $kind ]]; then
      kind=$value
    elif [[ $value == "$current"* ]]; then
      COMPREPLY+=("$value")
    fi
  done < <(zonewright complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  case $kind in
    files) value=-f ;;
    directories) value=-d ;;
    *) return ;;
  esac
  # Older versions of bash have no compopt: they put a space behind directories.
  compopt -o filenames 2>/dev/null
  while IFS= read -r value; do
    COMPREPLY+=("$value")
  done < <(compgen "$value" -- "$current")
}
complete -F _zonewright zonewright
`,
  zsh: `#compdef zonewright
# zsh completion for zonewright
_zonewright() {
  local kind line
  local -a lines candidates
  lines=("\${(@f)$(zonewright complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  kind=$lines[1]
  for line in "\${(@)lines[2,-1]}"; do
    # What stands before the first colon is the value for _describe.
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}\${\${(M)line%%$'\\t'*}:+:\${line#*$'\\t'}}")
  done
  (( $#candidates )) && _describe -V zonewright candidates
  case $kind in
    files) _files ;;
    directories) _directories ;;
  esac
}
if [ "$funcstack[1]" = _zonewright ]; then
  _zonewright "$@"
else
  # Where completion is not set up, compdef is not there.
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i -D }
  compdef _zonewright zonewright
fi
`,
  fish: `# fish completion for zonewright
function __zonewright_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l lines (zonewright complete -- $words[2..-1] 2>/dev/null)
    switch "$lines[1]"
        case files
            __fish_complete_path (commandline -ct)
        case directories
            __fish_complete_directories (commandline -ct)
    end
    printf '%s\\n' $lines[2..-1]
end
complete -c zonewright -f -a '(__zonewright_complete)'
`,
};
