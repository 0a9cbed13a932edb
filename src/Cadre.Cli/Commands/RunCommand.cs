using System.CommandLine;
using System.CommandLine.Parsing;
using System.Security.Cryptography;
using Cadre.Cli.Hosting;
using Cadre.Cli.Running;
using Cadre.Cli.Settings;
using Cadre.Cli.Terminals;
using Cadre.Engine.Budgets;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Tools.Workspaces;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre run "goal"</c>, which is also <c>cadre "goal"</c>.</summary>
internal static class RunCommand
{
    public const string Name = "run";

    public static Command Create(Surroundings surroundings)
    {
        var goal = new Argument<string[]>("goal") { Description = "What to reach, in your words; '-' reads it from standard input.", Arity = ArgumentArity.OneOrMore };
        var approve = new Option<string>("--approve") { Description = "What to do with calls that the policy wants a person to see: ask, never or auto.", DefaultValueFactory = _ => "ask" };
        approve.AcceptOnlyFromAmong("ask", "never", "auto");
        var tokens = CommonOptions.AtLeast("--budget-tokens", 1L, "n", "Most tokens to spend.");
        var money = CommonOptions.AtLeast("--budget-money", 0.000001m, "dollars", "Most US dollars to spend; models without a price are not counted.");
        var calls = CommonOptions.AtLeast("--budget-calls", 0, "n", "Most tool calls to make.");
        var timeout = CommonOptions.Time("--timeout", "Most time to work, waiting for people not counted: 30s, 10m, 1h30m.");
        var parallel = new Option<int>("--max-parallel") { Description = "Steps worked on side by side.", HelpName = "n", DefaultValueFactory = _ => 4 };
        parallel.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > GoalDefinition.MaxParallel) result.AddError($"--max-parallel must be 1 to {GoalDefinition.MaxParallel}.");
        });
        var watching = new WatchOptions();
        var command = new Command(Name, "Work on a goal until it is reached: plan, execute, review.")
        {
            goal, approve, tokens, money, calls, timeout, parallel, watching.Json, watching.Quiet, CommonOptions.Model(),
        };
        return command.Runs(surroundings, async (parsed, host, cancellationToken) =>
        {
            var words = parsed.GetRequiredValue(goal);
            if (MistypedOption(words, parsed) is { } option)
            {
                surroundings.Terminal.Fail($"There is no option '{option}'.", "cadre run --help; to have it in the goal, put the goal in quotes or after '--'");
                return ExitCode.Usage;
            }

            if (await GoalAsync(words, surroundings.Terminal, cancellationToken) is not { } text) return ExitCode.Usage;
            var limits = new Budget(parsed.GetValue(tokens), parsed.GetValue(money), parsed.GetValue(calls), parsed.GetValue(timeout));
            var request = new RunRequest(text, ModeOf(parsed.GetRequiredValue(approve)), limits, parsed.GetValue(parallel), watching.Read(parsed));
            return await ExecuteAsync(request, host, cancellationToken);
        });
    }

    public static async Task<int> ExecuteAsync(RunRequest request, CadreHost host, CancellationToken cancellationToken)
    {
        await host.CheckToolsAsync(cancellationToken);
        SayWhichModel(host, request.Watching);
        await using var engine = await EngineHost.OpenAsync(host, request.Parallel, cancellationToken);
        var id = RunId.New(host.Surroundings.Time.GetUtcNow(), RandomNumberGenerator.GetBytes(8));
        var definition = await DefineAsync(request, host, cancellationToken);
        await engine.Control.StartAsync(id, definition, [new Message.User(request.Goal)], cancellationToken);
        if (!request.Watching.Quiet && !request.Watching.Json) host.Surroundings.Terminal.Say($"run {id} in {host.Settings.Workspace}");
        return await Watching.UntilEndAsync(engine, host, id, request.Watching, request.Approvals == ApprovalMode.Ask, cancellationToken);
    }

    /// <summary>Says plainly that no language model is configured.</summary>
    internal static void SayWhichModel(CadreHost host, WatchRequest watching)
    {
        if (host.Settings.Endpoint is not null || watching.Quiet) return;
        host.Surroundings.Terminal.Say($"""
            No language model is configured: the built-in simulator plays one. It uses the real tools but has no intelligence.
            To use a model, set two variables and run again:
              export {SettingNames.BaseUrl}=http://127.0.0.1:1234/v1   # LM Studio, Ollama, vLLM, any OpenAI-compatible endpoint; leave it out for OpenAI
              export {SettingNames.ApiKey}=...                        # any text will do for a local endpoint
            """);
    }

    internal static async ValueTask<RunDefinition> DefineAsync(RunRequest request, CadreHost host, CancellationToken cancellationToken)
    {
        var tools = await host.WorkspaceTools().ListAsync(host.Owner, cancellationToken);
        var goal = new GoalDefinition(
            request.Goal,
            host.Settings,
            [.. tools.Where(tool => tool.Descriptor.Effect == Effect.Read).Select(tool => tool.Descriptor.Name)],
            request.Limits,
            host.Policies.Current.Budget)
        {
            Approvals = request.Approvals,
            Parallel = request.Parallel,
            Surroundings = WorkspaceSnapshot.Describe(host.Workspace),
            StandingInstructions = StandingInstructions.Read(host.Workspace),
        };
        return goal.ToDefinition(host.Owner);
    }

    /// <summary>Null, and the reason on standard error, when there is no goal.</summary>
    private static async Task<string?> GoalAsync(string[] words, Terminal terminal, CancellationToken cancellationToken)
    {
        var fromInput = words is ["-"];
        if (fromInput && terminal.IsInTerminal) terminal.Say("Type the goal; end with Ctrl-D.");
        var text = (fromInput ? await terminal.In.ReadToEndAsync(cancellationToken) : string.Join(' ', words)).Trim();
        if (text.Length is > 0 and <= GoalDefinition.MaxGoalLength) return text;
        terminal.Fail(text.Length == 0 ? "The goal is empty." : $"The goal has {text.Length} characters; at most {GoalDefinition.MaxGoalLength} are read.", "cadre run --help");
        return null;
    }

    /// <summary>A word of the goal that was surely meant as an option: a mistyped one must not become part of what a model is told to do.</summary>
    private static string? MistypedOption(string[] words, ParseResult parsed) => parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash)
        ? null
        : words.FirstOrDefault(word => word.Length > 1 && word[0] == '-' && !word.Any(char.IsWhiteSpace));

    private static ApprovalMode ModeOf(string word) => word switch
    {
        "never" => ApprovalMode.Never,
        "auto" => ApprovalMode.Auto,
        _ => ApprovalMode.Ask,
    };
}

/// <param name="Limits">What options say; the policy's budget may be stricter.</param>
internal sealed record RunRequest(string Goal, ApprovalMode Approvals, Budget Limits, int Parallel, WatchRequest Watching);
