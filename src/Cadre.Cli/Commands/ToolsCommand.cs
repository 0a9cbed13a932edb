using System.CommandLine;
using Cadre.Cli.Hosting;
using Cadre.Cli.Rendering;
using Cadre.Cli.Terminals;
using Cadre.Engine.Ports;
using Cadre.Tools.Bundles;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre tools</c>: what agents are offered, and the installed bundles.</summary>
internal static class ToolsCommand
{
    private const int DescriptionLength = 80;

    public static Command Create(Surroundings surroundings) => new("tools", "List, install, verify and remove tools.")
    {
        List(surroundings), Install(surroundings), Remove(surroundings), Verify(surroundings), Hash(surroundings),
    };

    private static Command List(Surroundings surroundings)
    {
        var json = CommonOptions.Json("Print one tool a line as JSON.");
        var mcp = new Option<bool>("--mcp") { Description = "Connect to the MCP servers and list their tools as well." };
        return new Command("list", "List the tools that agents are offered here.") { json, mcp }.Runs(surroundings, (parsed, host, cancellationToken) =>
            ListAsync(parsed.GetValue(mcp), parsed.GetValue(json), host, cancellationToken));
    }

    private static async Task<int> ListAsync(bool mcp, bool json, CadreHost host, CancellationToken cancellationToken)
    {
        var terminal = host.Surroundings.Terminal;
        var sources = host.ToolSources();
        var tools = new List<ITool>();
        foreach (var source in mcp ? sources : sources.Take(sources.Count - 1)) tools.AddRange(await source.ListAsync(host.Owner, cancellationToken));
        var lines = new JsonLines(terminal.Out);
        var table = new TextTable("TOOL", "SOURCE", "VERSION", "EFFECT", "DESCRIPTION");
        foreach (var tool in tools.Select(tool => tool.Descriptor))
        {
            if (json)
            {
                lines.Write(writer =>
                {
                    writer.WriteString("tool", tool.Name);
                    writer.WriteString("source", tool.Provenance.Source);
                    writer.WriteString("version", tool.Provenance.Version);
                    writer.WriteString("hash", tool.Provenance.Hash);
                    writer.WriteString("effect", tool.Effect.ToString());
                    writer.WriteString("description", tool.Definition.Description);
                    writer.WritePropertyName("parameters");
                    tool.Definition.Parameters.WriteTo(writer);
                });
            }
            else
            {
                table.Row(tool.Name, tool.Provenance.Source, tool.Provenance.Version, tool.Effect.ToString().ToLowerInvariant(), TerminalText.Line(tool.Definition.Description, DescriptionLength));
            }
        }

        if (json) return ExitCode.Ok;
        table.PrintTo(terminal);
        if (!mcp && File.Exists(host.Settings.McpFile)) terminal.Say("MCP servers were not asked; add --mcp, or see: cadre mcp list");
        return ExitCode.Ok;
    }

    private static Command Install(Surroundings surroundings)
    {
        var source = new Argument<string>("source") { Description = "A folder, a .zip or a .tar.gz with a bundle.yaml at its top." };
        return new Command("install", "Install a bundle of tools; nothing of it is run.") { source }.Runs(surroundings, async (parsed, host, cancellationToken) =>
        {
            var installed = await host.Bundles.InstallAsync(Path.GetFullPath(parsed.GetRequiredValue(source), surroundings.Directory), host.Author, cancellationToken);
            if (installed.Bundle is not { } bundle) throw new CommandRefusedException($"The bundle was refused: {Text(installed.Problem!)}");
            surroundings.Terminal.Print($"installed {bundle.Name} {bundle.Version} {bundle.Hash}");
            if (installed.Replaced is { } replaced) surroundings.Terminal.Say($"It replaces {replaced.Name} {replaced.Version}.");
            return ExitCode.Ok;
        });
    }

    private static string Text(BundleProblem problem) => problem.Line == 0 ? problem.Reason : $"bundle.yaml:{problem.Line}:{problem.Column}: {problem.Reason}";

    private static Command Remove(Surroundings surroundings)
    {
        var name = new Argument<string>("name") { Description = "The bundle's name." };
        return new Command("remove", "Remove an installed bundle.") { name }.Runs(surroundings, async (parsed, host, cancellationToken) =>
        {
            var wanted = parsed.GetRequiredValue(name);
            if (!await host.Bundles.RemoveAsync(wanted, host.Author, cancellationToken))
                throw new CommandRefusedException($"There is no bundle '{wanted}'.", "cadre tools verify");
            surroundings.Terminal.Print($"removed {wanted}");
            return ExitCode.Ok;
        });
    }

    private static Command Verify(Surroundings surroundings)
    {
        var name = new Argument<string?>("name") { Description = "One bundle; without it, all.", Arity = ArgumentArity.ZeroOrOne };
        return new Command("verify", "Read every byte of the installed bundles and compare.") { name }.Runs(surroundings, async (parsed, host, cancellationToken) =>
        {
            var verified = await host.Bundles.VerifyAsync(parsed.GetValue(name), cancellationToken);
            if (verified.Count == 0 && parsed.GetValue(name) is { } wanted) throw new CommandRefusedException($"There is no bundle '{wanted}'.");
            if (verified.Count == 0) surroundings.Terminal.Say("No bundles are installed.");
            foreach (var (bundle, mismatch) in verified) surroundings.Terminal.Print($"{(mismatch is null ? "ok" : "CHANGED")}  {bundle.Name} {bundle.Version}{(mismatch is null ? "" : "  " + mismatch)}");
            return verified.All(each => each.Mismatch is null) ? ExitCode.Ok : ExitCode.Failed;
        });
    }

    private static Command Hash(Surroundings surroundings)
    {
        var folder = new Argument<string>("folder") { Description = "The bundle's folder." };
        return new Command("hash", "Print the 'files' of a bundle.yaml for a bundle's author.") { folder }.Runs(surroundings, async (parsed, _, cancellationToken) =>
        {
            var (yaml, refusal) = await BundleStore.HashFilesAsync(Path.GetFullPath(parsed.GetRequiredValue(folder), surroundings.Directory), cancellationToken);
            if (yaml is null) throw new CommandRefusedException(refusal!);
            surroundings.Terminal.Out.Write(yaml);
            return ExitCode.Ok;
        });
    }
}
