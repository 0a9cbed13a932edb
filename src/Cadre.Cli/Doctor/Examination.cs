using System.Runtime.InteropServices;
using Cadre.Cli.Commands;
using Cadre.Cli.Hosting;
using Cadre.Cli.Settings;
using Cadre.Cli.Terminals;
using Cadre.Engine.Ports;
using Cadre.Guard.Policies;
using Cadre.Storage.Jsonl;
using Cadre.Tools.Mcp.Configuration;

namespace Cadre.Cli.Doctor;

/// <summary>Looks at everything that a run depends on, without a network and without changing anything.</summary>
internal sealed class Examination(CadreHost host)
{
    private readonly List<Finding> _findings = [];

    private CadreSettings Settings => host.Settings;

    public async Task<DoctorReport> RunAsync(CancellationToken cancellationToken)
    {
        var sandbox = host.Sandbox.ReportAsync(cancellationToken).AsTask();
        Add("cadre", "version", $"{CadreVersion.Text} on .NET {Environment.Version}, {RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}");
        Add("cadre", "workspace", Settings.Workspace);
        Model();
        Policy();
        await StateAsync(cancellationToken);
        await ToolsAsync(cancellationToken);
        Sandbox(await sandbox);
        return new(_findings, Settings.All);
    }

    private void Model()
    {
        if (Settings.Endpoint is { } endpoint) Add("cadre", "model", $"{Settings.Model} at {endpoint.GetLeftPart(UriPartial.Path)}{(Settings.ForceChatCompletions ? ", Chat Completions only" : "")}");
        else Add("cadre", "model", "none is configured; the built-in simulator plays one", Severity.Warning, $"export {SettingNames.BaseUrl}=… and {SettingNames.ApiKey}=…");
    }

    private void Policy()
    {
        var where = Directory.Exists(Settings.PoliciesDirectory) ? Settings.PoliciesDirectory : "built-in default";
        if (PolicyStore.TryLoad(Settings.PoliciesDirectory, Settings.AllowNet, out var store, out var errors))
        {
            Add("policy", "in force", $"{where}, hash {store.Current.Hash[..16]}…");
            Add("policy", "network", Settings.AllowNet ? "open as far as the policy says" : $"off ({SettingNames.AllowNet})");
        }
        else
        {
            Add("policy", "in force", $"none: {where} has {TerminalText.Plural(errors.Count, "error")}; the first: {errors[0]}", Severity.Problem, "cadre policies validate");
        }
    }

    private async Task StateAsync(CancellationToken cancellationToken)
    {
        var directory = Settings.StateDirectory;
        if (!Directory.Exists(directory))
        {
            Add("state", "directory", $"{directory} (made by the first run)");
            return;
        }

        Add("state", "directory", directory);
        var holder = JsonlJournal.FindHolder(directory);
        Add("state", "lock", holder is null ? "free" : $"held by process {holder}: a run is being worked on");
        var runs = 0;
        await foreach (var id in (await host.ReadJournalAsync(cancellationToken)).ListAsync(cancellationToken)) runs += id.Parent is null ? 1 : 0;
        Add("state", "runs", TerminalText.Plural(runs, "run"));
        _findings.Add(await AuditHealth.LookAsync(directory, host.Surroundings.Time, cancellationToken));
    }

    private async Task ToolsAsync(CancellationToken cancellationToken)
    {
        var mcp = McpConfiguration.Load(Settings.McpFile);
        if (mcp.Problems.Length > 0) Add("tools", "mcp", $"{Settings.McpFile}: {mcp.Problems[0]}", Severity.Warning, "cadre mcp health");
        else Add("tools", "mcp", mcp.Endpoints.Length == 0 ? "no servers" : $"{TerminalText.Plural(mcp.Endpoints.Length, "server")}: {string.Join(", ", mcp.Endpoints.Select(endpoint => endpoint.Name))} (not asked; see cadre mcp health)");
        try
        {
            var bundles = await host.Bundles.ListAsync(cancellationToken);
            Add("tools", "bundles", bundles.Count == 0 ? "none" : string.Join(", ", bundles.Select(bundle => $"{bundle.Name} {bundle.Version}")));
        }
        catch (InvalidDataException damaged)
        {
            Add("tools", "bundles", damaged.Message, Severity.Problem, "install the bundles again");
        }
    }

    private void Sandbox(Cadre.Sandbox.SandboxReport report)
    {
        var severity = report.Level switch { SandboxLevel.Bubblewrap => Severity.Fine, SandboxLevel.Landlock => Severity.Warning, SandboxLevel.None => Severity.Problem };
        var level = report.Level switch
        {
            SandboxLevel.Bubblewrap => $"bubblewrap {report.BubblewrapVersion} with a seccomp filter",
            SandboxLevel.Landlock => $"Landlock (version {report.LandlockVersion}) with a seccomp filter, in the host's namespaces",
            SandboxLevel.None => "none: every command is refused",
        };
        Add("sandbox", "level", level, severity, report.Advice);
        foreach (var limit in report.Limits)
        {
            var parts = limit.Split(':', 2, StringSplitOptions.TrimEntries);
            Add("sandbox", parts[0], parts.Length > 1 ? parts[1] : "");
        }

        for (var i = 0; i < report.Warnings.Count; i++) Add("sandbox", $"warning {i + 1}", report.Warnings[i], Severity.Warning);
    }

    private void Add(string section, string name, string value, Severity severity = Severity.Fine, string? advice = null) =>
        _findings.Add(new(section, name, value, severity, advice));
}
