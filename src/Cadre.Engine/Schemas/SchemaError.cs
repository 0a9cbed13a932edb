namespace Cadre.Engine.Schemas;

/// <summary>One way in which a value does not fit its schema.</summary>
/// <param name="Pointer">JSON pointer to the value; empty for the root.</param>
/// <param name="Keyword">Of the schema that refused it.</param>
/// <param name="Message">A sentence's predicate for the model: "must be a string, not a number".</param>
public sealed record SchemaError(string Pointer, string Keyword, string Message)
{
    public override string ToString() => $"{(Pointer is "" ? "The value" : Pointer)} {Message}.";
}
