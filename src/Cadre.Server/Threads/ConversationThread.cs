using System.Collections.Immutable;
using System.Text.Json;

namespace Cadre.Server.Threads;

/// <summary>An ordered list of items, shared by all faces; its items are documents that lie in it.</summary>
/// <param name="Id">Without a prefix.</param>
public sealed record ConversationThread(string Id)
{
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Of the newest message; null where a face does not tell.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>The face that created it ("assistants", "responses", "agents", "chatkit"); every face may use it.</summary>
    public string? Face { get; init; }

    /// <summary>Null where a face has no titles.</summary>
    public string? Title { get; init; }

    public ImmutableDictionary<string, string>? Metadata { get; init; }

    /// <summary>OpenAI's <c>tool_resources</c>, as it came.</summary>
    public JsonElement? ToolResources { get; init; }

    /// <summary>What only one face knows of it, by the face's name.</summary>
    public ImmutableDictionary<string, JsonElement>? Extra { get; init; }
}
