using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Cadre.Cli.Settings;
using Cadre.Cli.Terminals;

namespace Cadre.Cli.Commands;

/// <summary>Help that begins with what most people came for.</summary>
internal sealed class HelpWithExamples : SynchronousCommandLineAction
{
    private const int MaxWidth = 100;
    private readonly HelpAction _usage;

    public HelpWithExamples(HelpAction usage, Terminal terminal)
    {
        _usage = usage;
        _usage.MaxWidth = Math.Min(terminal.Width, MaxWidth);
    }

    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        if (Examples(command.Name, isRoot: command is RootCommand) is { Length: > 0 } examples)
        {
            output.WriteLine("Examples:");
            foreach (var example in examples) output.WriteLine("  " + example);
            output.WriteLine();
        }

        var code = _usage.Invoke(parseResult);
        if (command is RootCommand) output.WriteLine(Settings);
        return code;
    }

    private const string Settings = $"""
        Settings (environment):
          {SettingNames.BaseUrl}, {SettingNames.ApiKey}   the model endpoint; without them a built-in simulator answers
          {SettingNames.Model}, {SettingNames.SmallModel}      the model, and one for cheap work
          {SettingNames.Workspace}                 the project (default: the current directory)
          {SettingNames.StateDirectory}, {SettingNames.ToolsDirectory}, {SettingNames.PoliciesDirectory}
          {SettingNames.AllowNet}                       true opens the network as far as the policy says
          {SettingNames.ForceChatCompletions}   true never uses the Responses API
          {SettingNames.Sandbox}                   bubblewrap or landlock: this sandbox or none
          {SettingNames.NoColor}
        What is in force and where it came from: cadre doctor

        Exit codes: 0 done, 1 failed or not finished, 2 wrong use or settings, 130 interrupted or cancelled
        """;

    private static string[] Examples(string command, bool isRoot) => isRoot
        ?
        [
            "cadre \"Describe workspace\"                      work on a goal in the current directory",
            "cadre \"Make the tests pass\" --approve auto      without being asked what the policy would ask",
            "cadre resume last                               go on after an interruption, a crash or a pause",
            "cadre doctor                                    what is set, and what holds commands back here",
        ]
        : command switch
        {
            "run" => ["cadre run \"Describe workspace\"", "cadre run -C ~/project \"Fix the failing test\" --timeout 10m --budget-money 0.50", "echo \"Summarise the README\" | cadre run -", "cadre run --json \"Describe workspace\" | jq -r .event.type"],
            "resume" => ["cadre resume last", "cadre resume 01k2"],
            "runs" => ["cadre runs", "cadre runs --json | jq -r 'select(.status == \"paused\") | .run'"],
            "show" => ["cadre show last", "cadre show last --events | jq ."],
            "cancel" => ["cadre cancel last --reason \"wrong branch\""],
            "approvals" => ["cadre approvals", "cadre approvals approve last", "cadre approvals deny last call_1 --comment \"use the test database\""],
            "policies" => ["cadre policies init", "cadre policies validate", "cadre policies explain 'git push origin main'"],
            "tools" => ["cadre tools list", "cadre tools install ./my-bundle", "cadre tools verify"],
            "mcp" => ["cadre mcp add files -- npx -y @modelcontextprotocol/server-filesystem .", "cadre mcp health", "cadre mcp invoke files read_file --payload '{\"path\":\"README.md\"}'"],
            "models" => ["cadre models list", "cadre models probe", "cadre models prices gpt-4o-mini"],
            "audit" => ["cadre audit verify", "cadre audit list --run last"],
            "import" => ["cadre import export.ndjson --key sk-cadre-…", "cadre import export.ndjson --json | jq .errors"],
            "smoke" => ["cadre smoke", "AGENT_FORCE_CHAT_COMPLETIONS=true cadre smoke"],
            "simulate" => ["cadre simulate --port 4010", "cadre simulate --script outage.yaml"],
            "doctor" => ["cadre doctor", "cadre doctor --json | jq .sandbox"],
            "completion" => ["source <(cadre completion bash)"],
            _ => [],
        };
}
