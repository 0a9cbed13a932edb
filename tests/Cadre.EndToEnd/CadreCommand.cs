using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Cadre.EndToEnd;

/// <summary>The built `cadre`, as a person starts it: own process, own state, nothing of the test's environment but PATH.</summary>
internal sealed class CadreCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Dictionary<string, string?> _environment = new(StringComparer.Ordinal);

    public CadreCommand(string workspace, string home)
    {
        Workspace = workspace;
        State = Path.Combine(home, "state");
        Set("HOME", home).Set("AGENT_STATE_DIR", State).Set("AGENT_TOOLS_DIR", Path.Combine(home, "tools")).Set("AGENT_POLICIES_DIR", Path.Combine(home, "policies"));
    }

    public static string Program { get; } = Find();

    public static string Repository { get; } = Root();

    public string Workspace { get; }

    public string State { get; }

    public CadreCommand Set(string name, string? value)
    {
        _environment[name] = value;
        return this;
    }

    public CadreCommand WithModel(Uri baseUrl) => Set("OPENAI_BASE_URL", baseUrl.ToString()).Set("OPENAI_API_KEY", "x");

    /// <summary>Runs it to its end.</summary>
    public Task<Finished> RunAsync(params string[] arguments) => FinishAsync(Start(arguments));

    public Process Start(params string[] arguments) => StartProgram(Program, arguments);

    /// <summary>Runs another program in the same surroundings.</summary>
    public Process StartProgram(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = Workspace,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var path = start.Environment["PATH"];
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        if (dotnet is not null) start.Environment["DOTNET_ROOT"] = dotnet;
        foreach (var (name, value) in _environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    public static async Task<Finished> FinishAsync(Process process)
    {
        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            using var late = new CancellationTokenSource(Patience);
            try
            {
                await process.WaitForExitAsync(late.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"Not ended after {Patience}.\n{await output}\n{await error}");
            }

            return new(process.ExitCode, await output, await error);
        }
    }

    /// <summary>`kill -9`, after a while.</summary>
    public static async Task<Finished> KillAsync(Process process, TimeSpan after)
    {
        await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(after));
        if (!process.HasExited) process.Kill();
        return await FinishAsync(process);
    }

    private static string Find()
    {
        var configuration = AppContext.BaseDirectory.Contains("/release", StringComparison.OrdinalIgnoreCase) ? "release" : "debug";
        return Path.Combine(Root(), "artifacts", "bin", "Cadre.Cli", configuration, "cadre");
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Cadre.slnx"))) return folder.FullName;
        }

        throw new InvalidOperationException("The repository was not found above the test's own folder.");
    }
}

internal sealed record Finished(int ExitCode, string Output, string Error)
{
    /// <summary>Fails with everything it said.</summary>
    public Finished Exits(int code)
    {
        Assert.True(ExitCode == code, string.Create(CultureInfo.InvariantCulture, $"Exit code {ExitCode}, not {code}.\n--- out\n{Output}\n--- err\n{Error}"));
        return this;
    }

    public override string ToString() => new StringBuilder().Append(Output).Append(Error).ToString();
}
