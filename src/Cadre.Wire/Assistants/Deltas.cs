using System.Text.Json.Serialization;

namespace Cadre.Wire.Assistants;

/// <summary>The <c>thread.message.delta</c> object.</summary>
public sealed record MessageDeltaObject(string Id, MessageDelta Delta)
{
    public string Object { get; } = "thread.message.delta";
}

public sealed record MessageDelta(IReadOnlyList<TextDelta> Content);

/// <summary>More of a text part.</summary>
public sealed record TextDelta(int Index, TextDeltaValue Text)
{
    public string Type { get; } = "text";
}

public sealed record TextDeltaValue(string Value)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TextAnnotation>? Annotations { get; init; }
}

/// <summary>The <c>thread.run.step.delta</c> object.</summary>
public sealed record RunStepDeltaObject(string Id, RunStepDelta Delta)
{
    public string Object { get; } = "thread.run.step.delta";
}

public sealed record RunStepDelta(StepDetails StepDetails);
