namespace IdentityProvider.Server.Commands;

/// <summary>A script for each shell: it asks the program itself what may stand where the cursor is, so that none has to be renewed with it.</summary>
internal static class CompletionScripts
{
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["bash"] = Bash,
        ["zsh"] = Zsh,
        ["fish"] = Fish,
        ["pwsh"] = PowerShell,
    };

    // Bash takes a word apart at : and =, and puts what it is given in the place of the last part alone.
    private const string Bash = """
        # Completion of idp in bash. Put this into ~/.bashrc:  eval "$(idp completion bash)"
        _idp() {
          local line="${COMP_LINE:0:COMP_POINT}" word
          local typed="${line##*[[:space:]]}"
          local before="${typed%"$2"}"
          COMPREPLY=()
          while IFS= read -r word; do
            COMPREPLY+=("${word#"$before"}")
          done < <("$1" complete "$line" 2>/dev/null)
        }
        complete -o default -F _idp idp

        """;

    private const string Zsh = """
        #compdef idp
        # Completion of idp in zsh. Put this into ~/.zshrc, after compinit:  eval "$(idp completion zsh)"
        _idp() {
          local -a found
          found=("${(@f)$("${words[1]}" complete "${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null)}")
          found=(${found:#})
          if (( $#found )); then compadd -- "${found[@]}"; else _files; fi
        }
        compdef _idp idp

        """;

    private const string Fish = """
        # Completion of idp in fish. Put this into ~/.config/fish/config.fish:  idp completion fish | source
        function __idp_complete
            set -l line (commandline -cp)
            set -l program (commandline -po)[1]
            set -l found ($program complete "$line" 2>/dev/null)
            if set -q found[1]
                printf '%s\n' $found
            else
                __fish_complete_path (commandline -ct)
            end
        end
        complete -c idp -f -a '(__idp_complete)'

        """;

    private const string PowerShell = """
        # Completion of idp in PowerShell. Put this into $PROFILE:  idp completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName idp -ScriptBlock {
            param($word, $command, $cursor)
            $length = $cursor - $command.Extent.StartOffset
            $line = $command.ToString().PadRight($length).Substring(0, $length)
            & $command.CommandElements[0].Value complete $line 2>$null | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }

        """;
}
