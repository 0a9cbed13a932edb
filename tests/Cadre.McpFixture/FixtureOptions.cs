namespace Cadre.McpFixture;

/// <summary>How the server behaves. Every mode is one way in which a real server goes wrong, or right.</summary>
public enum FixtureMode
{
    Honest,

    /// <summary>After the first list 'echo' has another description and schema, and 'extra' appears.</summary>
    Changing,

    /// <summary>Descriptions that hide something, or are endless.</summary>
    Poisoned,

    /// <summary>Two different tools of one name, and names that need cleaning.</summary>
    Names,

    /// <summary>Reads and never answers.</summary>
    Silent,

    /// <summary>Writes without end and without being asked.</summary>
    Flood,

    /// <summary>Writes lines that are no JSON-RPC between the good ones.</summary>
    Junk,

    /// <summary>Every page of the list names a next one.</summary>
    EndlessList,

    /// <summary>Ends at once with an error on standard error that quotes a secret.</summary>
    Broken,
}

/// <param name="Effects">File that gets a line for each effect, so that a test can count what really happened.</param>
/// <param name="Protocol">The only version that is spoken; null for all.</param>
public sealed record FixtureOptions(FixtureMode Mode, string Effects, string? Protocol = null)
{
    public static FixtureOptions Parse(IReadOnlyList<string> arguments)
    {
        string? Value(string name) => arguments.SkipWhile(argument => argument != name).Skip(1).FirstOrDefault();
        return new(Enum.Parse<FixtureMode>(Value("--mode") ?? "honest", ignoreCase: true), Value("--effects") ?? "effects.txt", Value("--protocol"));
    }
}
