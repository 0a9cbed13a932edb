using Cadre.Engine.Tools;

namespace Cadre.Storage.Documents;

/// <summary>Anything a face keeps that is not a run: an agent, a thread, an item of a thread, a file's description, an API key.</summary>
/// <param name="Kind">One of the names in the owner's folder, such as "thread"; part of the identity.</param>
/// <param name="Id">Unique within the kind over all organisations; without the prefix that a foreign protocol puts before it.</param>
/// <param name="Body">UTF-8 JSON.</param>
public sealed record Document(string Kind, string Id, Owner Owner, ReadOnlyMemory<byte> Body)
{
    /// <summary>Id of the document of the same organisation that it lies in, such as an item's thread; listed by it and deleted with it.</summary>
    public string? Parent { get; init; }

    /// <summary>A second name it is found by, unique within kind and organisation where it is not null.</summary>
    public string? Key { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it may be removed by the sweep; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Order of creation over all documents; given by the store.</summary>
    public long Position { get; init; }

    /// <summary>1 when it was created, one more with each change; given by the store.</summary>
    public long Version { get; init; }
}

/// <summary>Whose documents a caller may see. Every read and every change is bound to one.</summary>
/// <param name="Organisation">Null: all of them; for the server itself only.</param>
/// <param name="User">Null: all users of the organisation.</param>
public readonly record struct Scope(string? Organisation, string? User = null)
{
    /// <summary>What this owner's runs reach: a person the own things, a program those of its organisation.</summary>
    public static Scope Of(Owner owner) => owner.IsPerson ? new(owner.Organisation, owner.User) : new(owner.Organisation);

    /// <summary>The server's own view. Never reached from a request that names what it wants.</summary>
    public static Scope Everything { get; } = new(null);
}
