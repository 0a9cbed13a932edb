using System.Collections.Immutable;
using Cadre.Engine.Tools;
using Cadre.Server.Agents;
using Cadre.Server.Agents.Sessions;
using Cadre.Storage.Documents;

namespace Cadre.Server.Sessions;

/// <summary>An agent, a thread and a user, bound together: what a user says to the agent over time. The agent is as it was when the session was made.</summary>
/// <param name="Id">"sess_…"; the thread's id behind another prefix.</param>
/// <param name="AgentId">"agent_…"; the assistant "asst_…" is the same one.</param>
/// <param name="Owner">Who reaches it.</param>
/// <param name="UserId">Whom it is for: the owner, or an end user as the owner's program names it.</param>
/// <param name="ThreadId">"thread_…"</param>
public sealed record AgentSession(string Id, string AgentId, Owner Owner, string UserId, string ThreadId, DateTimeOffset CreatedAt)
{
    public ImmutableDictionary<string, string> Metadata { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The id without its prefix.</summary>
    internal string Bare => Id[AgentPrefix.Session.Length..];

    internal static AgentSession Of(Document document)
    {
        var record = SessionRecord.Read(document);
        return new(AgentPrefix.Session + record.Id, AgentPrefix.Agent + record.AgentId, document.Owner, record.UserId ?? document.Owner.User, SessionsFace.Thread + record.Id, record.CreatedAt)
        {
            Metadata = record.Metadata ?? ImmutableDictionary<string, string>.Empty,
        };
    }
}

/// <param name="AgentId">"agent_…" or "asst_…".</param>
public sealed record NewSession(string AgentId)
{
    /// <summary>The end user it is for, as the owner's program names it; null: the owner.</summary>
    public string? UserId { get; init; }

    public ImmutableDictionary<string, string>? Metadata { get; init; }
}

/// <summary>What a user says to a session's agent.</summary>
public sealed record SessionMessage(string Text)
{
    /// <summary>Tokens that all requests of the run may take together; beyond them it ends as incomplete. Null: no limit.</summary>
    public long? MaxPromptTokens { get; init; }

    /// <summary>Tokens that all replies of the run may take together; beyond them it ends as incomplete. Null: no limit.</summary>
    public long? MaxCompletionTokens { get; init; }
}

/// <summary>A function of the caller's program that the session's agent may call.</summary>
/// <param name="arguments">Valid against the function's schema.</param>
/// <returns>What the model is told. An exception is told to it as well: <c>{"error": …}</c>.</returns>
public delegate ValueTask<string> SessionFunction(System.Text.Json.JsonElement arguments, CancellationToken cancellationToken);
