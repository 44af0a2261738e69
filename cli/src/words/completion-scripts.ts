// pure
/**
 * Scripts that make a shell ask `iris` what may stand at the cursor.
 * Each passes the words before the cursor and the begun one; an answer `:file` stands for names of files.
 */

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

const bash = `# iris completion for bash: source <(iris completion bash)
_iris() {
  local begun="\${COMP_WORDS[COMP_CWORD]}" answer offer
  answer="$(iris complete -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" "$begun" 2>/dev/null)"
  if [ "$answer" = ":file" ]; then answer="$(compgen -f -- "$begun")"; fi
  COMPREPLY=()
  # Line by line, and as they are: compgen -W would expand what names hold.
  while IFS= read -r offer; do [ -z "$offer" ] || COMPREPLY+=("$offer"); done <<< "$answer"
}
complete -o filenames -o nosort -F _iris iris 2>/dev/null || complete -F _iris iris
`

const zsh = `#compdef iris
# iris completion for zsh: source <(iris completion zsh)
_iris() {
  local answer="$(iris complete -- "\${(@)words[2,CURRENT-1]}" "\${words[CURRENT]}" 2>/dev/null)"
  if [[ "$answer" == ":file" ]]; then _files; else compadd -- \${(f)answer}; fi
}
# Loaded by name from fpath, this whole file is the first call; sourced, it only tells zsh what to call.
if [ "\$funcstack[1]" = "_iris" ]; then _iris "\$@"; else compdef _iris iris; fi
`

const fish = `# iris completion for fish: iris completion fish | source
function __iris_complete
  set -l words (commandline -opc)
  set -l answer (iris complete -- $words[2..-1] (commandline -ct) 2>/dev/null)
  if test "$answer" = ":file"
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $answer
  end
end
complete -c iris -f -a '(__iris_complete)'
`

/** The script of a shell. */
export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish }
