using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cadre.Wire.Agents;

/// <param name="Type">periodic (then it has an expression and a timezone) or once (then it has a time).</param>
/// <param name="Status">active, paused, and of type once: completed.</param>
public sealed record AutomationObject(
    string Id, string Type, string Name, string Status, long CreatedAt, AutomationAuthor CreatedBy, IReadOnlyDictionary<string, string> Metadata, JsonElement Target)
{
    public string Object { get; init; } = "agent.automation";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Expression { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Timezone { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? RunAt { get; init; }
}

public sealed record AutomationAuthor(string Type);

/// <param name="Status">queued, completed, failed or skipped; completed says that the input was delivered, not that it was answered.</param>
public sealed record InvocationObject(
    string Id, string AutomationId, long CreatedAt, InvocationError? Error, long? ScheduledAt, string? SessionId, string? SkipReason, InvocationSource Source, string Status)
{
    public string Object { get; init; } = "agent.automation.invocation";
}

public sealed record InvocationError(string Code, string Message);

/// <param name="Type">manual, or automation: then it has the automation as it was.</param>
public sealed record InvocationSource(string Type)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AutomationObject? Automation { get; init; }
}
