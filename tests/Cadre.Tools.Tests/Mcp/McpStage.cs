using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Sandbox;
using Cadre.Testing;
using Cadre.Tools.Mcp;

namespace Cadre.Tools.Tests.Mcp;

/// <summary>A place of its own with an mcp.json, a real sandbox and real servers.</summary>
internal sealed class McpStage : IAsyncDisposable
{
    private static readonly HostSandbox Sandbox = new(SandboxOptions.Default);
    private readonly TemporaryDirectory _directory = new();
    private readonly JsonObject _servers = [];
    private readonly List<McpTools> _opened = [];

    public McpStage()
    {
        Directory.CreateDirectory(_directory["workspace"]);
        Options = new(_directory["mcp.json"], _directory["state"], _directory["workspace"])
        {
            Environment = name => Variables.GetValueOrDefault(name),
            Gate = Judge,
            ConnectTimeout = TimeSpan.FromSeconds(60),
            ListFreshness = TimeSpan.Zero,
        };
    }

    public static string DotNet { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    public McpOptions Options { get; set; }

    public AuditLog Audit { get; } = new();

    public Dictionary<string, string> Variables { get; } = [];

    public List<HostUse> Judged { get; } = [];

    public Func<HostUse, Verdict> Verdicts { get; set; } = _ => new(VerdictKind.Deny, "network.default", "No rule allows this host.");

    public string this[string relative] => _directory[relative];

    public string PinsPath => _directory["state/mcp/pins.json"];

    /// <summary>What really happened in the server, line by line.</summary>
    public IReadOnlyList<string> Effects(string server) =>
        File.Exists(_directory[$"state/mcp/servers/{server}/effects.txt"]) ? File.ReadAllLines(_directory[$"state/mcp/servers/{server}/effects.txt"]) : [];

    /// <param name="more">Members to add to the endpoint's object.</param>
    public McpStage Stdio(string name, string mode = "honest", string? protocol = null, JsonObject? more = null)
    {
        string[] words = [Path.Combine(AppContext.BaseDirectory, "Cadre.McpFixture.dll"), "--mode", mode, .. protocol is null ? [] : new[] { "--protocol", protocol }];

        var endpoint = new JsonObject
        {
            ["command"] = DotNet,
            ["args"] = Strings(words),
            ["env"] = new JsonObject { ["DOTNET_EnableDiagnostics"] = "0", ["DOTNET_TieredPGO"] = "0" },
            ["read_only"] = Strings(Path.GetDirectoryName(DotNet)!, AppContext.BaseDirectory.TrimEnd('/')),
            ["timeout_seconds"] = 60,
        };
        foreach (var (key, value) in more ?? []) endpoint[key] = value?.DeepClone();
        return Server(name, endpoint);
    }

    public static JsonArray Strings(params IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode?)text)]);

    public McpStage Http(string name, string url, JsonObject? more = null)
    {
        var endpoint = new JsonObject { ["url"] = url };
        foreach (var (key, value) in more ?? []) endpoint[key] = value?.DeepClone();
        return Server(name, endpoint);
    }

    public McpStage Server(string name, JsonObject endpoint)
    {
        _servers[name] = endpoint;
        return Write(new JsonObject { ["mcpServers"] = _servers.DeepClone() }.ToJsonString());
    }

    public McpStage Write(string configuration)
    {
        _directory.Write("mcp.json", configuration);
        return this;
    }

    /// <summary>As a process that starts now would see it.</summary>
    public McpTools Open()
    {
        var tools = new McpTools(Options, Sandbox, Audit, TimeProvider.System);
        _opened.Add(tools);
        return tools;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var tools in _opened) await tools.DisposeAsync();
        _directory.Dispose();
    }

    private Verdict Judge(HostUse use)
    {
        lock (Judged) Judged.Add(use);
        return Verdicts(use);
    }
}

internal static class McpSteps
{
    private static readonly RunId Run = RunId.New(new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero), "abcdef"u8);

    public static McpOperations Operations(this McpTools tools) => new(tools, "user:tester");

    public static async Task<IReadOnlyList<ITool>> OfferedAsync(this McpTools tools) => await tools.ListAsync(Owner.Local, TestContext.Current.CancellationToken);

    public static async Task<ITool> OfferedAsync(this McpTools tools, string server, string tool)
    {
        var offered = await tools.OfferedAsync();
        return offered.SingleOrDefault(candidate => candidate.Descriptor.Name == $"mcp__{server}__{tool}")
            ?? throw new InvalidOperationException($"{tool} is not among {string.Join(", ", offered.Select(other => other.Descriptor.Name))}. {string.Join("; ", await tools.Operations().HealthAsync(TestContext.Current.CancellationToken))}");
    }

    public static async Task<ToolResult> CallAsync(this ITool tool, string arguments = "{}", Action<string>? progress = null, CancellationToken? cancellation = null) =>
        await tool.CallAsync(new(Run, "call-1", "key-1", JsonElement.Parse(arguments), Owner.Local) { Progress = progress }, cancellation ?? TestContext.Current.CancellationToken);

    public static async Task<ToolResult> CallAsync(this McpTools tools, string server, string tool, string arguments = "{}") =>
        await (await tools.OfferedAsync(server, tool)).CallAsync(arguments);

    public static async Task<McpHealth> HealthAsync(this McpTools tools, string endpoint) =>
        (await tools.Operations().HealthAsync(TestContext.Current.CancellationToken)).Single(health => health.Endpoint == endpoint);

    public static async Task<McpListedTool> ListedAsync(this McpTools tools, string endpoint, string tool) =>
        (await tools.Operations().ListAsync(endpoint, TestContext.Current.CancellationToken)).Single(listed => listed.Name == tool);
}
