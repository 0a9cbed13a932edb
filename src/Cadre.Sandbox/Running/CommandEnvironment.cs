namespace Cadre.Sandbox.Running;

/// <summary>The whole environment of a command: four fixed variables, then what it was given, which may replace them.</summary>
internal static class CommandEnvironment
{
    private const string Path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public static IReadOnlyDictionary<string, string> Of(IReadOnlyDictionary<string, string> given, string temporary)
    {
        var all = new Dictionary<string, string>
        {
            ["PATH"] = Path,
            ["HOME"] = temporary,
            ["LANG"] = "C.UTF-8",
            ["TMPDIR"] = temporary,
        };
        foreach (var (name, value) in given) all[name] = value;
        return all;
    }
}
