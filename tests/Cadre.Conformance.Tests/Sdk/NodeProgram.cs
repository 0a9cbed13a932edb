using System.Text.RegularExpressions;
using Cadre.Conformance.Tests.Server;
using Cadre.Conformance.Tests.Wire;

namespace Cadre.Conformance.Tests.Sdk;

/// <summary>One program of `Programs`, run once with one version of the SDK through a validating proxy as an organisation of its own; its checks are reported one by one.</summary>
public abstract partial class NodeProgram(ServerUnderTest server, string name, string version) : IAsyncLifetime
{
    /// <summary>What the SDK has no method for, or a program cannot make.</summary>
    private static readonly HashSet<string> Unused = new(StringComparer.Ordinal)
    {
        "getAgentSessionArtifact", "getAgentSessionSubagent", "getAgentEnvironment", "getAgentAutomation",
    };

    private readonly Dictionary<string, string?> _said = new(StringComparer.Ordinal);
    private string _output = "";

    /// <summary>What the server sent that does not fit its description.</summary>
    public IReadOnlyList<string> Faults { get; private set; } = [];

    /// <summary>Ids of the operations that the program used.</summary>
    public IReadOnlyCollection<string> Used { get; private set; } = [];

    /// <summary>The names of a program's checks, read from its text.</summary>
    public static TheoryData<string> Checks(string name, string version) =>
        [.. Named().Matches(File.ReadAllText(PathOf(name))).Where(match => version != "v4" || match.Groups["only"].Length == 0).Select(match => Plain(match.Groups["name"].Value))];

    public async ValueTask InitializeAsync()
    {
        var folder = await NodeSdk.InstallAsync(version);
        await using var proxy = await ValidatingProxy.StartAsync(server.Address);
        var (code, output) = await NodeSdk.RunAsync("node", [PathOf(name)], folder, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["SDK_FOLDER"] = folder, ["OPENAI_BASE_URL"] = proxy.BaseUrl.ToString(), ["OPENAI_API_KEY"] = await server.KeyOfAsync($"{name}-{version}"),
        });
        _output = $"exit code {code}\n{output}";
        foreach (Match line in Line().Matches(output)) _said[line.Groups["name"].Value] = line.Groups["why"].Success ? line.Groups["why"].Value : null;
        Faults = proxy.Judgement.Faults;
        Used = [.. proxy.Judgement.Seen.Keys];
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    internal void Holds(string check)
    {
        if (!_said.TryGetValue(check, out var why)) Assert.Fail($"The program never came to it.\n{_output}");
        Assert.True(why is null, why);
    }

    internal void FitsTheDescription() => Assert.True(Faults.Count == 0, $"{Faults.Count} bodies or events do not fit.\n{string.Join('\n', Faults.Take(30))}");

    /// <summary>No operation of an area is left out; those whose path's first word is one of the prefixes.</summary>
    internal void UsesAll(params string[] prefixes)
    {
        var all = Description.ApiDescription.All.Where(operation => prefixes.Any(prefix => operation.Path == prefix || operation.Path.StartsWith(prefix + "/", StringComparison.Ordinal)));
        var unused = all.Where(operation => !Used.Contains(operation.Id) && !Unused.Contains(operation.Id)).Select(operation => operation.ToString()).ToList();
        Assert.True(unused.Count == 0, "Never used: " + string.Join(", ", unused));
    }

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Programs", name + ".mjs");

    private static string Plain(string name) => name.Replace("\\'", "'", StringComparison.Ordinal);

    [GeneratedRegex("""^await check(?<only>7?)\((?<quote>['"])(?<name>.*?)\k<quote>, """, RegexOptions.Multiline)]
    private static partial Regex Named();

    [GeneratedRegex("^(not ok (?<name>[^:\n]+): (?<why>.*)|ok (?<name>.*))\r?$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
