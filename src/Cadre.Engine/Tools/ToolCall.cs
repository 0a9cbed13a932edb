using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Engine.Tools;

/// <param name="Key">Idempotency key: the same for every attempt of this call, different for every other call.</param>
/// <param name="Arguments">Valid against the tool's schema.</param>
public sealed record ToolCall(RunId Run, string CallId, string Key, JsonElement Arguments, Owner Owner)
{
    /// <summary>Shows output while the call runs; what it is given is not recorded.</summary>
    public Action<string>? Progress { get; init; }
}

/// <param name="Output">For the model: bounded by the pipeline, not by the tool.</param>
public sealed record ToolResult(ToolStatus Status, string Output, JsonElement? Structured = null)
{
    /// <summary>What a <see cref="Effect.Transactional"/> tool has not done yet: it is made in the transaction that records this result, or not at all.</summary>
    [JsonIgnore]
    public JointEffect? Pending { get; init; }

    public static ToolResult Ok(string output, JsonElement? structured = null) => new(ToolStatus.Succeeded, output, structured);

    /// <summary>The model should know and may mend it.</summary>
    public static ToolResult Failed(string message) => new(ToolStatus.Failed, message);

    /// <summary>Final: a policy or a person said no.</summary>
    public static ToolResult Denied(string reason) => new(ToolStatus.Denied, reason);
}

[JsonConverter(typeof(JsonStringEnumConverter<ToolStatus>))]
public enum ToolStatus
{
    Succeeded,
    Failed,
    Denied,

    /// <summary>It was being made when the driver died, and nobody knows whether it happened.</summary>
    InDoubt,

    Cancelled,
}

/// <summary>Whose run it is; every row and every call carries it.</summary>
public sealed record Owner(string Organisation, string User)
{
    /// <summary>Users whose id begins so are persons who signed in. All others are names that an operator gave to programs.</summary>
    public const string PersonPrefix = "user_";

    /// <summary>The one user of a laptop.</summary>
    public static Owner Local { get; } = new("local", "local");

    /// <summary>A person's runs reach what is the person's own; a program's what is its organisation's.</summary>
    [JsonIgnore]
    public bool IsPerson => User.StartsWith(PersonPrefix, StringComparison.Ordinal);
}
