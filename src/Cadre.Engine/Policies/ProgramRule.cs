using System.Collections.Immutable;

namespace Cadre.Engine.Policies;

/// <summary>
/// A rule over a command's argv. Every part that is not empty must match.
/// An allow rule matches the command as it stands: the program by its bare name or in a system directory, the subcommand as the first argument.
/// An ask or deny rule matches the program wherever its file lies, abbreviated and clustered options, a subcommand behind global options, and
/// the command that a launcher (env, timeout, xargs, find -exec) would run.
/// </summary>
/// <param name="Programs">Names, or paths when they contain '/'; an allow rule takes a path to the letter.</param>
public sealed record ProgramRule(string Name, VerdictKind Verdict, string Because, ImmutableArray<Glob> Programs) : Rule(Name, Verdict, Because)
{
    /// <summary>One of these.</summary>
    public ImmutableArray<string> Subcommands { get; init; } = [];

    /// <summary>At least one of these options is given.</summary>
    public ImmutableArray<string> With { get; init; } = [];

    /// <summary>None of these options is given.</summary>
    public ImmutableArray<string> Without { get; init; } = [];

    /// <summary>No option but these is given; for allow rules only.</summary>
    public ImmutableArray<string>? Only { get; init; }

    /// <summary>The arguments after the program, one by one.</summary>
    public ArgumentPattern? Arguments { get; init; }

    /// <summary>An allow rule matches if all operands (arguments that are no options, nor the subcommand) match one; any other rule if one does.</summary>
    public ImmutableArray<TextPattern> Operands { get; init; } = [];

    public bool Matches(ImmutableArray<string> argv)
    {
        if (argv.IsDefaultOrEmpty) return false;
        if (Surely) return MatchesAsItStands(argv);

        var launches = Launchers.Contains(BaseName(argv[0]));
        for (var start = 0; start < (launches ? argv.Length : 1); start++)
        {
            if (MatchesPossibly(argv[start..])) return true;
        }

        return false;
    }

    private bool MatchesAsItStands(ImmutableArray<string> argv)
    {
        if (!Programs.Any(glob => SurelyNames(glob, argv[0]))) return false;
        if (!Subcommands.IsEmpty && !(argv.Length > 1 && Subcommands.Contains(argv[1]))) return false;

        var options = new CommandOptions(argv.AsSpan()[1..]);
        var operands = options.Operands.Skip(Subcommands.IsEmpty ? 0 : 1);
        return (With.IsEmpty || With.Any(options.SurelyHas))
            && !Without.Any(options.PossiblyHas)
            && (Only is not { } only || options.HasOnly(only))
            && (Arguments is null || Arguments.Matches(argv.AsSpan()[1..], surely: true))
            && (Operands.IsEmpty || operands.All(operand => Operands.Any(pattern => pattern.Matches(operand, surely: true))));
    }

    private bool MatchesPossibly(ImmutableArray<string> argv)
    {
        if (!Programs.Any(glob => PossiblyNames(glob, argv[0]))) return false;

        var options = new CommandOptions(argv.AsSpan()[1..]);
        return (Subcommands.IsEmpty || options.PossibleSubcommands.Any(word => Subcommands.Contains(word)))
            && (With.IsEmpty || With.Any(options.PossiblyHas))
            && !Without.Any(options.SurelyHas)
            && (Arguments is null || Arguments.Matches(argv.AsSpan()[1..], surely: false))
            && (Operands.IsEmpty || argv.Skip(1).Any(word => Operands.Any(pattern => pattern.Matches(word, surely: false))));
    }

    private static bool SurelyNames(Glob glob, string program)
    {
        if (!program.Contains('/')) return !glob.Text.Contains('/') && glob.Matches(program);
        if (glob.Text.Contains('/')) return program == glob.Text;
        if (program.Split('/').Any(part => part is ".." or ".")) return false;
        return SystemDirectories.Contains(program[..program.LastIndexOf('/')]) && glob.Matches(BaseName(program));
    }

    private static bool PossiblyNames(Glob glob, string program) =>
        glob.Text.Contains('/') ? glob.Matches(program) || glob.Matches(BaseName(program)) : glob.Matches(BaseName(program));

    private static string BaseName(string program) => program[(program.LastIndexOf('/') + 1)..];

    private static readonly ImmutableArray<string> SystemDirectories = ["/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin", "/sbin"];

    /// <summary>Programs whose arguments hold another command as separate words.</summary>
    private static readonly ImmutableHashSet<string> Launchers =
    [
        "env", "nice", "nohup", "timeout", "time", "stdbuf", "setsid", "ionice", "chrt", "taskset", "xargs", "parallel", "sudo", "doas", "runuser",
        "busybox", "toybox", "find", "fd", "fdfind", "watch", "strace", "ltrace", "flock", "unshare", "nsenter", "chroot", "setpriv", "prlimit",
        "command", "exec", "script", "unbuffer", "entr", "npx", "bwrap", "systemd-run",
    ];
}
