using System.Collections.Immutable;
using System.Threading.Channels;
using Cadre.Engine.Ports;
using Cadre.Models;
using Cadre.Models.Endpoints;
using Cadre.Server.Identity.Tokens;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Hosting;

/// <summary>What the composition root gives a server.</summary>
public sealed record ServerParts
{
    public const string DefaultEmbeddingModel = "text-embedding-3-small";

    /// <summary>Where the database, the files and the indexes are kept; held exclusively.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>"http://127.0.0.1:5080"; port 0 takes a free one.</summary>
    public required string Url { get; init; }

    public required IModel Model { get; init; }

    /// <summary>The same endpoint that <see cref="Model"/> speaks to, for what is passed straight through.</summary>
    public required Endpoint Endpoint { get; init; }

    /// <summary>Each request to the endpoint, after its end.</summary>
    public required ChannelReader<ModelCallRecord> ModelCalls { get; init; }

    /// <summary>The model that unknown names stand for; null passes names on as they are.</summary>
    public string? DefaultModel { get; init; }

    /// <summary>The model that the chat's assistant speaks with.</summary>
    public string ChatModel { get; init; } = "gpt-4o-mini";

    /// <summary>Where callers reach the server, such as "https://cadre.example.com" behind a proxy; null: where it listens.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>Makes the vectors of files, at the same endpoint.</summary>
    public string EmbeddingModel { get; init; } = DefaultEmbeddingModel;

    public required IPolicies Policies { get; init; }

    /// <summary>Reads the policies anew; what is wrong with them, empty when nothing is.</summary>
    public required Func<CancellationToken, ValueTask<IReadOnlyList<string>>> ReloadPolicies { get; init; }

    public required IAudit Audit { get; init; }

    /// <summary>What <see cref="Audit"/> wrote.</summary>
    public required IAuditHistory AuditHistory { get; init; }

    public required ISandbox Sandbox { get; init; }

    /// <summary>Beside the hosted ones, in order of precedence.</summary>
    public ImmutableArray<IToolSource> Tools { get; init; } = [];

    /// <summary>Where an operator's own files lie (model aliases, templates, functions); may not exist.</summary>
    public required string ToolsDirectory { get; init; }

    /// <summary>The first API key, given from outside; null makes one.</summary>
    public string? BootstrapKey { get; init; }

    /// <summary>How tokens of persons are checked; null: only API keys are accepted.</summary>
    public TokenSettings? Tokens { get; init; }

    /// <summary>What secrets are sealed with in the store, see <see cref="Storage.Secrets.SecretBox.Open"/>; null: a key file in the state directory.</summary>
    public string? SecretKeys { get; init; }

    /// <summary>Hosts ("name" or "name:port") that webhooks and MCP endpoints may reach although their addresses are private.</summary>
    public ImmutableHashSet<string> PrivateHosts { get; init; } = [];

    public required ILoggerFactory Log { get; init; }
    public required TimeProvider Time { get; init; }
}
