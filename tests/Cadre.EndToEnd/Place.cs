using Cadre.Testing;

namespace Cadre.EndToEnd;

/// <summary>A workspace with a small project in it, and a home of its own.</summary>
internal sealed class Place : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public Place()
    {
        _directory.Write("work/README.md", "# Orchard\n\nCounts apples.\n");
        _directory.Write("work/src/apples.py", "def count(apples):\n    return len(apples)\n");
        _directory.Write("work/docs/notes.txt", "Pears are not counted.\n");
        Directory.CreateDirectory(_directory["home"]);
        Command = new(Workspace, Home);
    }

    public string Workspace => _directory["work"];
    public string Home => _directory["home"];
    public CadreCommand Command { get; }

    public string this[string relative] => Path.Combine(Workspace, relative);

    public string Write(string relative, string content) => _directory.Write(relative, content);

    public async Task VerifiedAsync()
    {
        (await Command.RunAsync("audit", "verify")).Exits(0);
    }

    public void Dispose() => _directory.Dispose();
}
