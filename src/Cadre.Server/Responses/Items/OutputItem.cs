using Cadre.Server.Threads;

namespace Cadre.Server.Responses.Items;

/// <summary>An item as it is to be shown.</summary>
/// <param name="Status">Of this protocol: "in_progress", "completed", "incomplete", "failed", or what a tool is doing.</param>
/// <param name="Result">What the call of a tool of this server gave; null while it is being made, and for every other item.</param>
internal sealed record OutputItem(ThreadItem Item, string Status, ItemBody.Returned? Result = null)
{
    public Include Include { get; init; }
}

/// <summary>What a caller wants beside the usual (<c>include</c>).</summary>
[Flags]
internal enum Include
{
    None = 0,
    SearchResults = 1,
    InterpreterOutputs = 2,
    EncryptedReasoning = 4,
}
