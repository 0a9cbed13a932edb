using Cadre.Cli.Settings;
using Cadre.Cli.Terminals;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;
using Cadre.Guard.Policies;
using Cadre.Sandbox;
using Cadre.Storage.Durable;
using Cadre.Storage.Jsonl;
using Cadre.Storage.Secrets;
using Cadre.Tools.Bundles;
using Cadre.Tools.Mcp;
using Cadre.Tools.Mcp.Configuration;
using Cadre.Tools.Workspaces;

namespace Cadre.Cli.Hosting;

/// <summary>The composition root: the only place that knows every part. Each part is made when it is first asked for, so that a command pays for what it uses.</summary>
internal sealed class CadreHost : IAsyncDisposable
{
    private readonly Lazy<PolicyStore> _policies;
    private readonly Lazy<Workspace> _workspace;
    private readonly Lazy<Task<ModelConnection>> _connection;
    private readonly Lazy<HostSandbox> _sandbox;
    private readonly Lazy<McpTools> _mcp;
    private readonly Lazy<SecretBox> _secrets;

    public CadreHost(CadreSettings settings, Surroundings surroundings)
    {
        (Settings, Surroundings) = (settings, surroundings);
        Log = new(settings.LogFile, surroundings.Time);
        _policies = new(LoadPolicies);
        _workspace = new(OpenWorkspace);
        Audit = new(settings, surroundings.Time);
        Bundles = new(settings.ToolsDirectory, Audit, surroundings.Time);
        _mcp = new(CreateMcp);
        _secrets = new(() => SecretKeys.Open(settings.StateDirectory, surroundings));
        _sandbox = new(() => new(new() { Time = surroundings.Time, Force = settings.Sandbox }));
        _connection = new(() => ModelConnection.OpenAsync(Settings, Audit, Log, surroundings.Time, CancellationToken.None));
        Model = new(async () => (await _connection.Value).Model);
    }

    public CadreSettings Settings { get; }
    public Surroundings Surroundings { get; }
    public LogFile Log { get; }
    public DeferredModel Model { get; }
    public DeferredAudit Audit { get; }
    public BundleStore Bundles { get; }
    public McpTools Mcp => _mcp.Value;
    public HostSandbox Sandbox => _sandbox.Value;
    public PolicyStore Policies => _policies.Value;
    public Workspace Workspace => _workspace.Value;

    /// <summary>Whose runs these are, and who decides.</summary>
    public Owner Owner { get; } = Owner.Local;

    /// <summary>For records: the account on this machine.</summary>
    public string Author => $"user:{Surroundings.Variables.GetValueOrDefault("USER") ?? Environment.UserName}";

    /// <summary>The same settings with a state of the server's own instead of a workspace's: commands and a server work beside each other.</summary>
    public CadreHost ForServer() => new(Settings with { StateDirectory = Settings.ServerDirectory }, Surroundings);

    public Task<ModelConnection> ConnectAsync() => _connection.Value;

    public async ValueTask<JsonlJournal> OpenJournalAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await JsonlJournal.OpenAsync(Settings.StateDirectory, null, Surroundings.Time, cancellationToken);
        }
        catch (StateLockedException locked)
        {
            throw new CommandRefusedException(
                $"Another cadre process ({locked.Holder}) is working with {Settings.StateDirectory}.",
                $"wait for it, end it, or set {SettingNames.StateDirectory} to a directory of this run's own");
        }
        catch (Exception failure) when (failure is JournalUnavailableException or UnauthorizedAccessException)
        {
            throw new CommandRefusedException($"The state directory {Settings.StateDirectory} cannot be used: {failure.Message}", $"set {SettingNames.StateDirectory} to a directory that you may write to");
        }
    }

    /// <summary>For looking only; works beside a process that holds the directory.</summary>
    public ValueTask<ReadOnlyJsonlJournal> ReadJournalAsync(CancellationToken cancellationToken) =>
        JsonlJournal.OpenReadOnlyAsync(Settings.StateDirectory, null, cancellationToken);

    public WorkspaceTools WorkspaceTools() =>
        new(Workspace, Sandbox, facts => Policies.Current.Judge(facts), Audit, new()
        {
            AllowNetwork = Settings.AllowNet,
            CommandNetwork = () => Policies.Current.CommandNetwork == VerdictKind.Allow,
        }, Surroundings.Time);

    /// <summary>In order of precedence: what the workspace offers cannot be replaced by a bundle or an MCP server.</summary>
    public IReadOnlyList<IToolSource> ToolSources() => [WorkspaceTools(), new BundleTools(Bundles, Sandbox, new(Settings.Workspace, Path.Combine(Settings.StateDirectory, "scratch"), Settings.AllowNet)), Mcp];

    /// <summary>Damage that would stop every run is told before one begins, not found by it.</summary>
    /// <exception cref="InvalidDataException">The list of installed bundles cannot be read.</exception>
    public async ValueTask CheckToolsAsync(CancellationToken cancellationToken) => await Bundles.ListAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_mcp.IsValueCreated) await _mcp.Value.DisposeAsync();
        if (_connection is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) await (await _connection.Value).DisposeAsync();
        await Audit.DisposeAsync();
        if (_workspace.IsValueCreated) _workspace.Value.Dispose();
        Log.Dispose();
    }

    /// <summary>Where the tokens for an endpoint of mcp.json are.</summary>
    public FileVault VaultOf(McpEndpoint.Http endpoint) => new(Settings.StateDirectory, () => _secrets.Value, endpoint);

    private McpTools CreateMcp() => new(
        new(Settings.McpFile, Settings.StateDirectory, Settings.Workspace)
        {
            AllowNetwork = Settings.AllowNet,
            Gate = use => Policies.Current.JudgeNetwork(use),
            Environment = name => Surroundings.Variables.GetValueOrDefault(name),
            SignIns = new(VaultOf, new("http://127.0.0.1/callback"), name => $"cadre mcp login {name}"),
        },
        Sandbox,
        Audit,
        Surroundings.Time);

    private PolicyStore LoadPolicies() => PolicyStore.TryLoad(Settings.PoliciesDirectory, Settings.AllowNet, out var store, out var errors)
        ? store
        : throw new CommandRefusedException(
            $"The policy in {Settings.PoliciesDirectory} is not valid, so nothing may run:\n  {string.Join("\n  ", errors)}", "cadre policies validate", ExitCode.Usage);

    private Workspace OpenWorkspace()
    {
        try
        {
            return Workspace.Open(Settings.Workspace, Protected());
        }
        catch (WorkspaceUnavailableException unavailable)
        {
            throw new CommandRefusedException(unavailable.Message, exitCode: ExitCode.Usage);
        }
    }

    /// <summary>Cadre's own directories, where they lie inside the workspace: what holds the agent back must not be the agent's to write.</summary>
    private IEnumerable<string> Protected() =>
        from directory in new[] { Settings.StateDirectory, Settings.ToolsDirectory, Settings.PoliciesDirectory }
        where directory != Settings.Workspace && SettingsReader.IsWithin(directory, Settings.Workspace)
        select Path.GetRelativePath(Settings.Workspace, directory);
}
