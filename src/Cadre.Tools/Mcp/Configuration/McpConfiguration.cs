using System.Collections.Immutable;
using Cadre.Engine.Policies;
using Cadre.Engine.Tools;
using Cadre.Tools.Mcp.OAuth;

namespace Cadre.Tools.Mcp.Configuration;

/// <summary>What mcp.json says. An endpoint with a mistake is not among the endpoints but among the problems; the others work.</summary>
/// <param name="Problems">A problem without an endpoint is one of the whole file: then there are no endpoints.</param>
public sealed record McpConfiguration(ImmutableArray<McpEndpoint> Endpoints, ImmutableArray<McpProblem> Problems)
{
    /// <summary>Bytes of mcp.json.</summary>
    public const int MaxBytes = 1 << 20;

    public static McpConfiguration Empty { get; } = new([], []);

    /// <summary>A file that is not there configures nothing.</summary>
    public static McpConfiguration Load(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes }) return Refused($"Larger than {MaxBytes} bytes.");
            return Parse(File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Empty;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Refused($"Cannot be read: {exception.Message}");
        }
    }

    public static McpConfiguration Parse(ReadOnlySpan<byte> utf8) => McpConfigurationReader.Read(utf8);

    private static McpConfiguration Refused(string reason) => new([], [new(null, 1, 1, reason)]);
}

/// <param name="Endpoint">Null for the file as a whole.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">In characters, from 1.</param>
public sealed record McpProblem(string? Endpoint, int Line, int Column, string Reason)
{
    public override string ToString() => $"{Line}:{Column}: {Reason}";
}

/// <summary>One server. Values may hold ${env:NAME}, which is replaced only when a connection is opened.</summary>
public abstract record McpEndpoint(string Name)
{
    /// <summary>What the operator says that a tool's calls mean; every other tool is <see cref="Effect.Unsafe"/>.</summary>
    public ImmutableDictionary<string, Effect> Effects { get; init; } = ImmutableDictionary<string, Effect>.Empty;

    /// <summary>Tools whose calls are judged no milder than this, whatever the policy says.</summary>
    public ImmutableDictionary<string, VerdictKind> Verdicts { get; init; } = ImmutableDictionary<string, VerdictKind>.Empty;

    /// <summary>The only tools to offer; null for all.</summary>
    public ImmutableHashSet<string>? Tools { get; init; }

    /// <summary>For one call.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    public bool Disabled { get; init; }

    /// <summary>What this endpoint is, without its secrets: pinned, and shown to the person who approves it.</summary>
    public abstract string Address { get; }

    /// <summary>A program that is started in the sandbox and spoken to over its standard streams.</summary>
    public sealed record Stdio(string Name, string Command, ImmutableArray<string> Arguments) : McpEndpoint(Name)
    {
        public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

        /// <summary>Shares the host's network; needs ALLOW_NET as well.</summary>
        public bool Network { get; init; }

        /// <summary>Host paths that the program may read besides the system's.</summary>
        public ImmutableArray<string> ReadOnly { get; init; } = [];

        public WorkspaceAccess Workspace { get; init; }

        public override string Address => string.Join(' ', [Quote(Command), .. Arguments.Select(Quote)]);

        private static string Quote(string word) =>
            word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=@,+".Contains(c, StringComparison.Ordinal)) ? word : $"'{word}'";
    }

    /// <summary>A server that is spoken to over Streamable HTTP.</summary>
    public sealed record Http(string Name, string Url) : McpEndpoint(Name)
    {
        public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

        /// <summary>How it is signed in to. One with an Authorization header of its own is not.</summary>
        public OAuthSettings? OAuth { get; init; }

        public override string Address => Url;
    }
}

/// <summary>What a tool's process sees of the workspace.</summary>
public enum WorkspaceAccess
{
    None,
    Read,
    Write,
}
