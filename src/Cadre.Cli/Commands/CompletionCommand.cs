using System.CommandLine;
using Cadre.Cli.Terminals;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre completion SHELL</c>: a script that lets the shell ask cadre itself what could come next.</summary>
internal static class CompletionCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh, fish or pwsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var command = new Command("completion", "Print a shell's completion script.") { shell };
        command.SetAction(parsed =>
        {
            surroundings.Terminal.Out.WriteLine(Script(parsed.GetRequiredValue(shell)));
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>Each of them passes the line and the cursor's position to the [suggest] directive, which prints one proposal a line.</summary>
    internal static string Script(string shell) => shell switch
    {
        "bash" => """
            # cadre completion for bash: source <(cadre completion bash)
            _cadre() {
                local line
                COMPREPLY=()
                while IFS= read -r line; do COMPREPLY+=("$line"); done < <(cadre "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)
                COMPREPLY=($(compgen -W "${COMPREPLY[*]}" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _cadre cadre
            """,
        "zsh" => """
            # cadre completion for zsh: source <(cadre completion zsh)
            _cadre() {
                local -a proposals
                proposals=("${(@f)$(cadre "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
                compadd -- "${proposals[@]}"
            }
            compdef _cadre cadre
            """,
        "fish" => """
            # cadre completion for fish: cadre completion fish | source
            complete -c cadre -f -a '(cadre "[suggest:"(commandline -C)"]" (commandline -cp) 2>/dev/null)'
            """,
        _ => """
            # cadre completion for PowerShell: cadre completion pwsh | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName cadre -ScriptBlock {
                param($wordToComplete, $commandAst, $cursorPosition)
                cadre "[suggest:$cursorPosition]" "$commandAst" 2>$null | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }
            """,
    };
}
