using System.CommandLine;
using Cadre.Cli.Hosting;
using Cadre.Cli.Rendering;
using Cadre.Cli.Settings;
using Cadre.Cli.Terminals;
using Cadre.Guard.Policies;
using Cadre.Storage.Jsonl;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre policies</c>: look at the rules, try them, make them one's own.</summary>
internal static class PoliciesCommand
{
    public static Command Create(Surroundings surroundings) => new("policies", "Validate, explain, reload and start your own policy.")
    {
        Validate(surroundings),
        Explain(surroundings),
        new Command("reload", "Check that the policy files can be in force now, and put that on record.").Runs(surroundings, (_, host, cancellationToken) => ReloadAsync(host, cancellationToken)),
        new Command("init", "Write the default policy files to edit; files that exist stay as they are.").Runs(surroundings, (_, host, _) => Task.FromResult(Init(host))),
        PolicyShowCommand.Create(surroundings),
    };

    private static Command Validate(Surroundings surroundings)
    {
        var folder = new Argument<string?>("folder") { Description = $"Another folder than {SettingNames.PoliciesDirectory}.", Arity = ArgumentArity.ZeroOrOne };
        var json = CommonOptions.Json("Print the result as one JSON object.");
        return new Command("validate", "Check policy files: every error with file, line, column and reason.") { folder, json }.Runs(surroundings, (parsed, host, _) =>
        {
            var given = parsed.GetValue(folder);
            if (given is not null && !Directory.Exists(Path.GetFullPath(given, surroundings.Directory)))
                throw new CommandRefusedException($"There is no folder '{given}'.", exitCode: ExitCode.Usage);
            return Task.FromResult(Validate(given is null ? host.Settings.PoliciesDirectory : Path.GetFullPath(given, surroundings.Directory), parsed.GetValue(json), surroundings.Terminal));
        });
    }

    private static int Validate(string folder, bool json, Terminal terminal)
    {
        var errors = PolicyStore.Validate(folder);
        if (json)
        {
            new JsonLines(terminal.Out).Write(writer =>
            {
                writer.WriteBoolean("valid", errors.Count == 0);
                writer.WriteString("folder", folder);
                writer.WriteStartArray("errors");
                foreach (var error in errors)
                {
                    writer.WriteStartObject();
                    writer.WriteString("file", error.File);
                    writer.WriteNumber("line", error.Line);
                    writer.WriteNumber("column", error.Column);
                    writer.WriteString("reason", error.Reason);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            });
        }
        else if (errors.Count == 0)
        {
            terminal.Print($"valid: {Where(folder)}");
        }
        else
        {
            foreach (var error in errors) terminal.Print(error.ToString());
            terminal.Fail($"{TerminalText.Plural(errors.Count, "error")} in {folder}; a policy in force stays in force.");
        }

        return errors.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static Command Explain(Surroundings surroundings)
    {
        var call = new Argument<string[]>("call") { Description = "A command, a call such as 'write_file path=src/a.cs', or a URL.", Arity = ArgumentArity.OneOrMore };
        var json = CommonOptions.Json("Print the explanation as one JSON object.");
        return new Command("explain", "Say what would become of a call, and which rules say so.") { call, json }.Runs(surroundings, (parsed, host, cancellationToken) =>
            ExplainAsync(string.Join(' ', parsed.GetRequiredValue(call)), parsed.GetValue(json), host, cancellationToken));
    }

    private static async Task<int> ExplainAsync(string call, bool json, CadreHost host, CancellationToken cancellationToken)
    {
        var terminal = host.Surroundings.Terminal;
        var tools = await host.WorkspaceTools().ListAsync(host.Owner, cancellationToken);
        if (!PolicyExplainer.TryExplain(host.Policies.Current, call, tools, out var explanation, out var error))
            throw new CommandRefusedException(error, "cadre policies explain 'git push origin main'", ExitCode.Usage);
        if (json)
        {
            using var buffer = new MemoryStream();
            using (var writer = new System.Text.Json.Utf8JsonWriter(buffer)) explanation.WriteTo(writer);
            terminal.Out.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
            return ExitCode.Ok;
        }

        terminal.Print($"{explanation.Verdict.ToString().ToLowerInvariant()} by {explanation.Rule}: {explanation.Because}");
        foreach (var finding in explanation.Findings)
            terminal.Print($"  {finding.Verdict.Kind.ToString().ToLowerInvariant(),-5}  {finding.Subject}  {finding.Verdict.Rule}: {finding.Verdict.Because}");
        if (explanation.Guessed) terminal.Say("The tool is not known here; what it would touch was guessed.");
        return ExitCode.Ok;
    }

    /// <summary>A bad edit changes nothing: the process that holds the state directory, if there is one, keeps the policy that it has.</summary>
    private static async Task<int> ReloadAsync(CadreHost host, CancellationToken cancellationToken)
    {
        var terminal = host.Surroundings.Terminal;
        var folder = host.Settings.PoliciesDirectory;
        var errors = PolicyStore.Validate(folder);
        if (errors.Count > 0) return Validate(folder, json: false, terminal);
        if (JsonlJournal.FindHolder(host.Settings.StateDirectory) is { } holder)
        {
            RunCommands.SendReload(Inbox.Open(host.Settings.StateDirectory), host.Author, host.Surroundings.Time);
            terminal.Print($"valid: {Where(folder)}, hash {host.Policies.Current.Hash}");
            terminal.Say($"The cadre process {holder}, which is working, was told to reload it.");
            return ExitCode.Ok;
        }

        await PolicyReloads.RecordAsync(host.Audit, host.Policies.Reload(), host.Author, host.Surroundings.Time, cancellationToken);
        terminal.Print($"in force: {Where(folder)}, hash {host.Policies.Current.Hash}");
        return ExitCode.Ok;
    }

    private static int Init(CadreHost host)
    {
        var written = DefaultPolicy.Write(host.Settings.PoliciesDirectory);
        foreach (var path in written) host.Surroundings.Terminal.Print(path);
        host.Surroundings.Terminal.Say(written.Count == 0
            ? $"All files exist in {host.Settings.PoliciesDirectory}; nothing was changed."
            : "Edit them, then: cadre policies validate");
        return ExitCode.Ok;
    }

    internal static string Where(string folder) => Directory.Exists(folder) ? folder : $"the built-in default (no folder {folder})";
}
