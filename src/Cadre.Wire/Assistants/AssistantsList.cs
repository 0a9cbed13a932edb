namespace Cadre.Wire.Assistants;

/// <summary>A page of a listing.</summary>
/// <param name="FirstId">Null where the page is empty.</param>
public sealed record AssistantsList<T>(IReadOnlyList<T> Data, string? FirstId, string? LastId, bool HasMore)
{
    public string Object { get; } = "list";
}

/// <param name="Object">"assistant.deleted", "thread.deleted" or "thread.message.deleted".</param>
public sealed record DeletedObject(string Id, string Object)
{
    public bool Deleted { get; } = true;
}
