using System.CommandLine;
using System.CommandLine.Invocation;
using Cadre.Cli.Hosting;
using Cadre.Cli.Terminals;

namespace Cadre.Cli.Commands;

/// <summary>From words to an exit code: what is a goal, what is a command, and what is neither.</summary>
internal static class CommandLine
{
    private const int MaxSentence = 300;

    /// <summary>For tests, which end a command by their own token.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Surroundings surroundings)
    {
        using var interrupts = new Interrupts();
        return await RunAsync(args, surroundings, interrupts.Token);
    }

    public static async Task<int> RunAsync(IReadOnlyList<string> args, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var root = CommandTree.Create(surroundings);
        var terminal = surroundings.Terminal;
        if (Mistyped(args, root) is var (word, meant))
        {
            terminal.Fail($"'{word}' is not a command. Did you mean '{meant}'?", $"cadre {meant} --help, or as a goal: cadre run \"{word}\"");
            return ExitCode.Usage;
        }

        var parsed = root.Parse(WithCommand(args, root), new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction) return Refuse(parsed, terminal);
        try
        {
            var invocation = new InvocationConfiguration
            {
                Output = terminal.Out,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(invocation, cancellationToken);
        }
        catch (CommandRefusedException refused)
        {
            terminal.Fail(refused.Message, refused.Help);
            return refused.ExitCode;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            terminal.Fail("Interrupted.");
            return ExitCode.Interrupted;
        }
#pragma warning disable CA1031 // The edge of the process: whatever comes here is told in one sentence and kept in a file, not thrown at the shell.
        catch (Exception broken)
#pragma warning restore CA1031
        {
            var (sentence, help) = BrokenWorld.Describe(broken) ?? ($"Something went wrong that Cadre does not know how to handle: {TerminalText.Line(broken.Message, MaxSentence)}", CrashFile.Write(broken));
            terminal.Fail(sentence, help);
            return ExitCode.Failed;
        }
    }

    /// <summary>A goal needs no command: <c>cadre "goal"</c> is <c>cadre run "goal"</c>.</summary>
    internal static IReadOnlyList<string> WithCommand(IReadOnlyList<string> args, Command root)
    {
        if (args.Count == 0) return ["--help"];
        if (args[0].StartsWith('[') || args[0] is "--help" or "-h" or "-?" or "/?" or "--version") return args;
        return FirstWord(args, root) is { } word && Find(root, word) is not null ? args : [RunCommand.Name, .. args];
    }

    /// <summary>One word that is nearly a command is no goal.</summary>
    internal static (string Word, string Meant)? Mistyped(IReadOnlyList<string> args, Command root)
    {
        if (args.Count == 0 || args[0].StartsWith('-') || args[0].StartsWith('[') || Find(root, args[0]) is not null) return null;
        return Suggestion.For(args[0], root.Subcommands.Where(command => !command.Hidden).Select(command => command.Name)) is { } meant ? (args[0], meant) : null;
    }

    /// <summary>The first word that is neither an option nor the value of one of <c>run</c>'s or the root's options.</summary>
    private static string? FirstWord(IReadOnlyList<string> args, Command root)
    {
        var takeValues = root.Options.Concat(Find(root, RunCommand.Name)!.Options)
            .Where(option => option.Arity.MinimumNumberOfValues > 0)
            .SelectMany(option => option.Aliases.Append(option.Name))
            .ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] == "--") return null;
            if (takeValues.Contains(args[i])) i++;
            else if (!args[i].StartsWith('-') || args[i].Length == 1) return args[i];
        }

        return null;
    }

    private static Command? Find(Command root, string name) => root.Subcommands.FirstOrDefault(command => command.Name == name);

    private static int Refuse(ParseResult parsed, Terminal terminal)
    {
        foreach (var error in parsed.Errors) terminal.Fail(error.Message);
        var words = new List<string>();
        for (var result = parsed.CommandResult; result?.Parent is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult) words.Insert(0, result.Command.Name);
        terminal.Say($"  → cadre {string.Join(' ', words.Append("--help"))}");
        return ExitCode.Usage;
    }
}
