using System.Diagnostics;
using System.Text;
using Cadre.Conformance.Tests.Server;

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
    public static async Task<(int Code, string Output)> RunAsync(string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        start.Environment["NO_PROXY"] = "127.0.0.1";
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidOperationException($"`{program}` cannot be started ({missing.Message}). {WhatToInstall}", missing);
        }

        using (process)
        {
            process.StandardInput.Close();
            var output = new StringBuilder();
            process.OutputDataReceived += (_, line) => Keep(line.Data);
            process.ErrorDataReceived += (_, line) => Keep(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            using var late = new CancellationTokenSource(Patience);
            try
            {
                await process.WaitForExitAsync(late.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                Keep($"not ok the program ended: not within {Patience}");
                return (-1, output.ToString());
            }

            return (process.ExitCode, output.ToString());

            void Keep(string? line)
            {
                lock (output)
                {
                    if (line is not null && output.Length < 1_000_000) output.AppendLine(line);
                }
            }
        }
    }
}
