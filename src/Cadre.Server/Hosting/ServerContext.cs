using Cadre.Engine;
using Cadre.Knowledge;
using Cadre.Server.Audit;
using Cadre.Server.Chat;
using Cadre.Server.Definitions;
using Cadre.Server.Events;
using Cadre.Server.Files;
using Cadre.Server.Files.Containers;
using Cadre.Server.Files.VectorStores;
using Cadre.Server.Functions;
using Cadre.Server.Identity;
using Cadre.Server.Identity.Tokens;
using Cadre.Server.McpEndpoints;
using Cadre.Server.Registry;
using Cadre.Server.Runs;
using Cadre.Server.Threads;
using Cadre.Server.Upstreams;
using Cadre.Storage.Documents;

namespace Cadre.Server.Hosting;

/// <summary>What every face works with; made once per server.</summary>
public sealed record ServerContext
{
    public required ServerParts Parts { get; init; }
    public required IStore Store { get; init; }
    public required IBlobs Blobs { get; init; }
    public required FileStore Files { get; init; }
    public required KnowledgeIndex Knowledge { get; init; }
    public required VectorStores VectorStores { get; init; }
    public required ContainerStore Containers { get; init; }
    public required EnginePorts Engine { get; init; }
    public required ServedRuns Runs { get; init; }
    public required ThreadStore Threads { get; init; }
    public required ApiKeys Keys { get; init; }

    /// <summary>Null: no tokens are accepted.</summary>
    internal TokenVerifier? Tokens { get; init; }

    /// <summary>The persons who came with tokens.</summary>
    public required Users Users { get; init; }

    /// <summary>Who came in, and who did not, for the audit.</summary>
    public required SignIns SignIns { get; init; }

    /// <summary>What a refused caller is told to do; a face adds to it in <c>Map</c>.</summary>
    public Challenges Challenges { get; } = new();

    public required EventBus Events { get; init; }

    /// <summary>Told of every attempt to reach what is another's.</summary>
    public required AccessWatch Access { get; init; }

    /// <summary>What a face does beside requests; add to it in <c>Map</c>.</summary>
    public required BackgroundWork Work { get; init; }

    public required Ids Ids { get; init; }

    /// <summary>The platform's own tools; a face adds its own in <c>Map</c>.</summary>
    public required PlatformTools Platform { get; init; }

    /// <summary>Platform tools called by somebody who is not a run.</summary>
    public required DirectCalls Calls { get; init; }

    /// <summary>The MCP servers of the organisations.</summary>
    internal LiveEndpoints McpEndpoints { get; init; } = null!;

    /// <summary>The model endpoint, for what is passed straight through.</summary>
    public required Upstream Upstream { get; init; }

    public required ModelNames Models { get; init; }
    public required HttpFunctions Functions { get; init; }
    public required ChatConfiguration Chat { get; init; }

    /// <summary>Fires when the server takes no more work; what is under way goes on.</summary>
    public required CancellationToken Draining { get; init; }

    /// <summary>Fires at the end of the time that is given to what is under way: streams end, waits are given up.</summary>
    public required CancellationToken Stopping { get; init; }

    public TimeProvider Time => Parts.Time;
}
