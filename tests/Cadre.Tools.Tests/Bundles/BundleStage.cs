using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Sandbox;
using Cadre.Testing;
using Cadre.Tools.Bundles;
using Cadre.Tools.Tests.Mcp;

namespace Cadre.Tools.Tests.Bundles;

/// <summary>A tools directory, a workspace and a real sandbox.</summary>
internal sealed class BundleStage : IDisposable
{
    private static readonly HostSandbox Sandbox = new(SandboxOptions.Default);
    private static readonly RunId Run = RunId.New(new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero), "abcdef"u8);
    private readonly TemporaryDirectory _directory = new();

    public BundleStage()
    {
        Directory.CreateDirectory(_directory["workspace"]);
        Store = new(_directory["tools"], Audit, TimeProvider.System);
    }

    public AuditLog Audit { get; } = new();

    public BundleStore Store { get; }

    public bool AllowNetwork { get; init; }

    public string this[string relative] => _directory[relative];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public string Write(string relative, string content) => _directory.Write(relative, content);

    /// <summary>A bundle's folder with right hashes; its one tool is named after it.</summary>
    /// <param name="tool">Lines of the tool besides name, description and parameters.</param>
    public string Folder(string name, string tool, params (string Path, string Content)[] files)
    {
        foreach (var (path, content) in files) Write($"{name}/{path}", content);
        Write($"{name}/bundle.yaml", Manifest(name, tool, files));
        return this[name];
    }

    public static string Manifest(string name, string tool, params (string Path, string Content)[] files) =>
        $$"""
        name: {{name}}
        version: 1.2.3
        tools:
          - name: {{name}}
            description: For a test.
            parameters: {type: object}
        {{string.Join('\n', tool.Split('\n').Select(line => "    " + line))}}
        files: {{{string.Join(", ", files.Select(file => $"{file.Path}: {Hash(file.Content)}"))}}}
        """;

    public static string Hash(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    public async Task<BundleInstallation> InstallAsync(string source) => await Store.InstallAsync(source, "user:tester", Cancellation);

    public async Task<InstalledBundle> InstalledAsync(string source)
    {
        var installation = await InstallAsync(source);
        Assert.Null(installation.Problem);
        return installation.Bundle!;
    }

    public async Task<IReadOnlyList<ITool>> ToolsAsync() =>
        await new BundleTools(Store, Sandbox, new(this["workspace"], this["scratch"], AllowNetwork)).ListAsync(Owner.Local, Cancellation);

    public async Task<ToolResult> CallAsync(string tool, string arguments = "{}") =>
        await CallAsync((await ToolsAsync()).Single(candidate => candidate.Descriptor.Name == tool), arguments);

    public static async Task<ToolResult> CallAsync(ITool tool, string arguments = "{}") =>
        await tool.CallAsync(new(Run, "call-1", "key-1", JsonElement.Parse(arguments), Owner.Local), Cancellation);

    public void Dispose() => _directory.Dispose();
}
