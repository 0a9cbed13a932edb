using Cadre.Conformance.Tests.Server;
using Cadre.Testing;

namespace Cadre.Conformance.Tests.Sdk;

/// <summary>npm `openai` of one version, installed once below `artifacts`, and the node that runs programs against it.</summary>
internal static class NodeSdk
{
    private const string WhatToInstall = "The conformance tests need node 20 or later and npm (Debian 13: `apt-get install nodejs npm`; elsewhere from nodejs.org).";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly SemaphoreSlim Installing = new(1, 1);

    /// <summary>The folder whose node_modules have the SDK.</summary>
    /// <param name="version">"v4" or "v7": a folder of `Programs`.</param>
    public static async Task<string> InstallAsync(string version)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "Programs", version);
        var target = Path.Combine(ServerUnderTest.Repository, "artifacts", "conformance", version);
        var mark = Path.Combine(target, "installed.json");
        var wanted = await File.ReadAllTextAsync(Path.Combine(source, "package-lock.json"));
        await Installing.WaitAsync();
        try
        {
            if (File.Exists(mark) && await File.ReadAllTextAsync(mark) == wanted) return target;
            Directory.CreateDirectory(target);
            foreach (var name in new[] { "package.json", "package-lock.json" }) File.Copy(Path.Combine(source, name), Path.Combine(target, name), overwrite: true);
            var (code, output) = await RunAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], target, new Dictionary<string, string>());
            Assert.True(code == 0, $"npm ci in {target} ended with {code}.\n{output}\n{WhatToInstall}");
            await File.WriteAllTextAsync(mark, wanted);
            return target;
        }
        finally
        {
            Installing.Release();
        }
    }

    /// <summary>Runs it to its end; what it says on both streams comes together.</summary>
    public static Task<(int Code, string Output)> RunAsync(string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string> environment) =>
        ProgramRun.RunAsync(program, arguments, folder, environment, Patience, WhatToInstall);
}
