using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;

namespace Cadre.Storage.Documents;

/// <summary>A part of a transaction.</summary>
public abstract record Change
{
    private Change() { }

    /// <summary>Refused when kind and id, or kind and key, exist.</summary>
    public sealed record Create(Document Document) : Change;

    /// <summary>
    /// Replaces body, key and expiry of the document with this kind, id and owner. Refused when it does not exist, has another version than
    /// <paramref name="ExpectedVersion"/>, or another document has the key.
    /// </summary>
    public sealed record Replace(Document Document, long? ExpectedVersion = null) : Change;

    /// <summary>Replaces as <see cref="Replace"/> does, or creates. Refused when another owner has the id, or another document the key.</summary>
    public sealed record Put(Document Document) : Change;

    /// <summary>
    /// Removes a document, all that lie in it, and so on. Without <paramref name="ExpectedVersion"/> nothing happens when there is none in the scope; with it the change is refused
    /// unless there is one of that version.
    /// </summary>
    public sealed record Delete(Scope Scope, string Kind, string Id, long? ExpectedVersion = null) : Change;

    /// <summary>Refused when the run has another version, or when a root run starts and its thread has an open run.</summary>
    public sealed record Append(RunId Run, long ExpectedVersion, IReadOnlyList<RunEvent> Events) : Change;

    /// <summary>Refused when the thread has an open run.</summary>
    public sealed record RequireIdle(string Thread) : Change;

    /// <summary>Refused when the newest document of the kind in this parent is another one; null: when there is any.</summary>
    public sealed record RequireNewest(Scope Scope, string Kind, string Parent, string? Id) : Change;

    /// <summary>Removes an ended run, with everything below it. Refused when one of them is open; nothing happens when there is none.</summary>
    public sealed record Forget(RunId Run) : Change;
}

/// <summary>What a transactional tool changes, made with the record of its result.</summary>
public sealed record JointChanges(IReadOnlyList<Change> Changes) : JointEffect;

/// <param name="Refused">Index of the change that was refused: nothing was changed. Null: all were made.</param>
public readonly record struct Committed(int? Refused)
{
    public bool Won => Refused is null;
}

/// <summary>A run as a listing shows it: kept by the store beside the journal, in the same transaction.</summary>
/// <param name="Thread">The thread it belongs to.</param>
/// <param name="Face">Who started it, by <see cref="RunDefinition.Face"/>.</param>
public sealed record RunEntry(RunId Run, Owner Owner, string? Thread, string? Face, DateTimeOffset StartedAt, bool Ended);

public sealed record RunQuery
{
    public string? Thread { get; init; }
    public string? Face { get; init; }
    public bool? Ended { get; init; }
    public RunId? After { get; init; }
    public RunId? Before { get; init; }
    public int Limit { get; init; } = 20;
    public bool Descending { get; init; } = true;
}
