using System.Text.Json.Serialization;

namespace Cadre.Wire.Agents;

/// <summary>An event of a session's stream; the event's name is its type.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(SessionCreated), "agent.session.created")]
[JsonDerivedType(typeof(SessionIdle), "agent.session.idle")]
[JsonDerivedType(typeof(SessionInProgress), "agent.session.in_progress")]
[JsonDerivedType(typeof(SessionRequiresAction), "agent.session.requires_action")]
[JsonDerivedType(typeof(EnvironmentReady), "agent.session.environment.ready")]
[JsonDerivedType(typeof(TurnCreated), "agent.session.turn.created")]
[JsonDerivedType(typeof(TurnInProgress), "agent.session.turn.in_progress")]
[JsonDerivedType(typeof(TurnCompleted), "agent.session.turn.completed")]
[JsonDerivedType(typeof(TurnFailed), "agent.session.turn.failed")]
[JsonDerivedType(typeof(TurnCancelled), "agent.session.turn.cancelled")]
[JsonDerivedType(typeof(ItemAdded), "agent.session.turn.item.added")]
[JsonDerivedType(typeof(ItemDone), "agent.session.turn.item.done")]
[JsonDerivedType(typeof(ContentPartAdded), "agent.session.turn.content_part.added")]
[JsonDerivedType(typeof(ContentPartDone), "agent.session.turn.content_part.done")]
[JsonDerivedType(typeof(OutputTextDelta), "agent.session.turn.output_text.delta")]
[JsonDerivedType(typeof(OutputTextDone), "agent.session.turn.output_text.done")]
[JsonDerivedType(typeof(SummaryPartAdded), "agent.session.turn.reasoning_summary_part.added")]
[JsonDerivedType(typeof(SummaryPartDone), "agent.session.turn.reasoning_summary_part.done")]
[JsonDerivedType(typeof(SummaryTextDelta), "agent.session.turn.reasoning_summary_text.delta")]
[JsonDerivedType(typeof(SummaryTextDone), "agent.session.turn.reasoning_summary_text.done")]
[JsonDerivedType(typeof(CommandOutputDelta), "agent.output.command_execution_output.delta")]
[JsonDerivedType(typeof(StreamError), "error")]
public abstract record AgentEvent(string EventId)
{
    public sealed record SessionCreated(string EventId, SessionObject Session) : AgentEvent(EventId);

    public sealed record SessionIdle(string EventId, SessionObject Session) : AgentEvent(EventId);

    public sealed record SessionInProgress(string EventId, SessionObject Session) : AgentEvent(EventId);

    public sealed record SessionRequiresAction(string EventId, SessionObject Session) : AgentEvent(EventId);

    public sealed record EnvironmentReady(string EventId, string SessionId, EnvironmentState Environment) : AgentEvent(EventId)
    {
        public string? TurnId { get; init; }
    }

    public sealed record TurnCreated(string EventId, string SessionId, string TurnId, TurnObject Turn) : AgentEvent(EventId);

    public sealed record TurnInProgress(string EventId, string SessionId, string TurnId, TurnObject Turn) : AgentEvent(EventId);

    public sealed record TurnCompleted(string EventId, string SessionId, string TurnId, TurnObject Turn, TokenUsage? Usage) : AgentEvent(EventId);

    public sealed record TurnFailed(string EventId, string SessionId, string TurnId, TurnObject Turn, TokenUsage? Usage) : AgentEvent(EventId);

    public sealed record TurnCancelled(string EventId, string SessionId, string TurnId, TurnObject Turn, TokenUsage? Usage) : AgentEvent(EventId);

    /// <param name="OutputIndex">Null for what is not the agent's output.</param>
    public sealed record ItemAdded(string EventId, string SessionId, string TurnId, AgentItem Item, int? OutputIndex) : AgentEvent(EventId);

    public sealed record ItemDone(string EventId, string SessionId, string TurnId, AgentItem Item, int OutputIndex) : AgentEvent(EventId);

    public sealed record ContentPartAdded(string EventId, string SessionId, string TurnId, string ItemId, int OutputIndex, int ContentIndex, AgentContent Part) : AgentEvent(EventId);

    public sealed record ContentPartDone(string EventId, string SessionId, string TurnId, string ItemId, int OutputIndex, int ContentIndex, AgentContent Part) : AgentEvent(EventId);

    public sealed record OutputTextDelta(string EventId, string SessionId, string TurnId, string ItemId, int OutputIndex, int ContentIndex, string Delta) : AgentEvent(EventId);

    public sealed record OutputTextDone(string EventId, string SessionId, string TurnId, string ItemId, int OutputIndex, int ContentIndex, string Text) : AgentEvent(EventId);

    public sealed record SummaryPartAdded(string EventId, string SessionId, string TurnId, string ItemId, int OutputIndex, int SummaryIndex, SummaryText Part) : AgentEvent(EventId);

    /// <param name="Status">"incomplete" when the summary was interrupted.</param>
    public sealed record SummaryPartDone(string EventId, string SessionId, string TurnId, string ItemId, int OutputIndex, int SummaryIndex, SummaryText Part, string? Status)
        : AgentEvent(EventId);

    public sealed record SummaryTextDelta(string EventId, string SessionId, string TurnId, string ItemId, int OutputIndex, int SummaryIndex, string Delta) : AgentEvent(EventId);

    public sealed record SummaryTextDone(string EventId, string SessionId, string TurnId, string ItemId, int OutputIndex, int SummaryIndex, string Text) : AgentEvent(EventId);

    public sealed record CommandOutputDelta(string EventId, string SessionId, string TurnId, string ItemId, int OutputIndex, string Delta) : AgentEvent(EventId);

    public sealed record StreamError(string EventId, string SessionId, SessionError Error) : AgentEvent(EventId);
}

public sealed record SessionError(string Type, string Message, string? Code, string? Param);

public sealed record EnvironmentState(string Id, string Type, string Status)
{
    public EnvironmentError? Error { get; init; }
}

public sealed record EnvironmentError(string Code, string Message, string Type);
