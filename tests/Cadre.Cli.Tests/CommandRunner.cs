using Cadre.Cli.Commands;
using Cadre.Cli.Terminals;
using Cadre.Testing;

namespace Cadre.Cli.Tests;

/// <summary>Runs a command in this process, in a home, a workspace and an environment of its own.</summary>
public sealed class CommandRunner : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    public CommandRunner()
    {
        Directory.CreateDirectory(Workspace);
        Variables["HOME"] = _root["home"];
        Variables["USER"] = "tester";
    }

    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public string Workspace => _root["project"];

    public string StateDirectory => Directory.GetDirectories(_root["home/.local/state/cadre"]).Single();

    public string Home(string relative) => _root["home/" + relative];

    public string Write(string relative, string content) => _root.Write("project/" + relative, content);

    public string WriteHome(string relative, string content) => _root.Write("home/" + relative, content);

    public async Task<CommandResult> RunAsync(params string[] args) => await RunAsync(args, "", CancellationToken.None);

    public async Task<CommandResult> RunAsync(string[] args, string input, CancellationToken cancellationToken, Action<string>? onError = null)
    {
        using var output = new StringWriter();
        using var error = new WatchedWriter(onError);
        using var typed = new StringReader(input);
        var terminal = new Terminal { In = typed, Out = output, Error = error };
        var code = await CommandLine.RunAsync(args, new(terminal, Variables, Workspace, TimeProvider.System), cancellationToken);
        return new(code, output.ToString(), error.ToString());
    }

    public void Dispose() => _root.Dispose();

    private sealed class WatchedWriter(Action<string>? onLine) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value is not null) onLine?.Invoke(value);
        }
    }
}

public sealed record CommandResult(int Code, string Out, string Error);
