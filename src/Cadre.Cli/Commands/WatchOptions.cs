using System.CommandLine;

namespace Cadre.Cli.Commands;

/// <summary>How a run is shown while it is worked on.</summary>
internal sealed class WatchOptions
{
    public Option<bool> Json { get; } = CommonOptions.Json("Print one event a line as JSON on standard output, instead of the answer.");

    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "Say nothing but the answer and errors." };

    public WatchRequest Read(ParseResult parsed) => new(parsed.GetValue(Json), parsed.GetValue(Quiet));
}

internal sealed record WatchRequest(bool Json, bool Quiet);
