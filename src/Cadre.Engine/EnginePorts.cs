using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Engine;

/// <summary>The world as the engine sees it: what the composition root gives it.</summary>
public sealed class EnginePorts
{
    public required IJournal Journal { get; init; }
    public required IRunQueue Queue { get; init; }
    public required IModel Model { get; init; }

    /// <summary>In order of precedence.</summary>
    public required IReadOnlyList<IToolSource> Tools { get; init; }

    public required IPolicies Policies { get; init; }
    public required IAudit Audit { get; init; }
    public required Feed Feed { get; init; }
    public required TimeProvider Time { get; init; }
}
