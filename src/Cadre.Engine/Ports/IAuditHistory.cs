using System.Collections.Immutable;
using System.Globalization;
using Cadre.Engine.Runs;

namespace Cadre.Engine.Ports;

/// <summary>Reads back what <see cref="IAudit"/> wrote, also while it is being written.</summary>
public interface IAuditHistory
{
    /// <summary>The entries that the query admits, newest first.</summary>
    /// <param name="before">Where the page before ended; null begins at the newest entry.</param>
    /// <param name="limit">Most entries of the page. It may have fewer, or none, although more follow.</param>
    /// <returns>Null: there is no such place.</returns>
    ValueTask<AuditPage?> ReadAsync(AuditQuery query, AuditPlace? before, int limit, CancellationToken cancellationToken);

    /// <summary>Checks the whole record: whether every entry is what was written, and none is missing.</summary>
    ValueTask<AuditFindings> VerifyAsync(CancellationToken cancellationToken);
}

/// <summary>Which entries to show; what is null or empty does not matter.</summary>
public sealed record AuditQuery
{
    /// <summary>Details that name what became of something.</summary>
    private static readonly ImmutableArray<string> Outcomes = ["outcome", "status", "verdict"];

    /// <summary>Whose entries, by <see cref="AuditDetails.OrganisationOf"/>.</summary>
    public string? Organisation { get; init; }

    public IReadOnlyCollection<string> Kinds { get; init; } = [];
    public string? Actor { get; init; }

    /// <summary>What this user did, or what was done for it.</summary>
    public string? User { get; init; }

    /// <summary>This run and those below it.</summary>
    public RunId? Run { get; init; }

    public string? CallId { get; init; }
    public string? Tool { get; init; }

    /// <summary>The detail "outcome", "status" or "verdict", in any case.</summary>
    public string? Outcome { get; init; }

    /// <summary>Part of any value, in any case.</summary>
    public string? Text { get; init; }

    public DateTimeOffset? From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset? To { get; init; }

    public bool Admits(AuditEntry entry) =>
        (Organisation is null || AuditDetails.OrganisationOf(entry) == Organisation)
        && (Kinds.Count == 0 || Kinds.Contains(entry.Kind))
        && (Actor is null || entry.Actor == Actor)
        && (User is null || entry.Details.GetValueOrDefault(AuditDetails.User) == User || entry.Actor == $"user:{User}")
        && (Run is not { } run || (entry.Run is { } of && (of == run || of.IsBelow(run))))
        && (CallId is null || entry.CallId == CallId)
        && (Tool is null || entry.Details.GetValueOrDefault("tool") == Tool)
        && (Outcome is null || Outcomes.Any(name => string.Equals(entry.Details.GetValueOrDefault(name), Outcome, StringComparison.OrdinalIgnoreCase)))
        && (From is null || entry.At >= From)
        && (To is null || entry.At < To)
        && (Text is null || entry.Actor.Contains(Text, StringComparison.OrdinalIgnoreCase) || entry.Details.Values.Any(value => value.Contains(Text, StringComparison.OrdinalIgnoreCase)));
}

/// <summary>Details that every kind of entry has where they apply.</summary>
public static class AuditDetails
{
    /// <summary>Of who caused the entry.</summary>
    public const string Organisation = "organisation";

    /// <summary>Who caused it, without the actor's prefix.</summary>
    public const string User = "user";

    /// <summary>In <see cref="AuditKinds.AccessRefused"/>: whose the thing is.</summary>
    public const string OwnerOrganisation = "owner_organisation";

    /// <summary>
    /// Whose record an entry belongs to. What was refused belongs to those whose thing was asked for: were it shown to who asked, it would tell that the thing exists.
    /// </summary>
    public static string? OrganisationOf(AuditEntry entry) => entry.Details.GetValueOrDefault(OwnerOrganisation) ?? entry.Details.GetValueOrDefault(Organisation);
}

/// <param name="Number">0 is the first entry of the record.</param>
public sealed record AuditItem(long Number, AuditEntry Entry);

/// <param name="Next">Where older entries go on; null when there are none.</param>
public sealed record AuditPage(IReadOnlyList<AuditItem> Items, AuditPlace? Next);

/// <summary>Between two entries.</summary>
/// <param name="FirstEntry">Number of the first entry of the file.</param>
/// <param name="Offset">Byte of the file that the newer entry begins at.</param>
public readonly record struct AuditPlace(long FirstEntry, long Offset)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{FirstEntry:x}-{Offset:x}");

    /// <summary>Null when the text names no place.</summary>
    public static AuditPlace? TryParse(string text) =>
        text.Length <= 40 && text.Split('-') is [var first, var offset]
        && long.TryParse(first, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var entry) && entry >= 0
        && long.TryParse(offset, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var at) && at >= 0
            ? new(entry, at)
            : null;
}

/// <summary>What a check of the record found.</summary>
/// <param name="Entries">Entries that are what was written, from the first on.</param>
/// <param name="From">When the first entry was made; null when there is none.</param>
/// <param name="To">When the last entry was made.</param>
/// <param name="Findings">What is wrong; empty when nothing is.</param>
public sealed record AuditFindings(long Entries, DateTimeOffset? From, DateTimeOffset? To, IReadOnlyList<AuditFinding> Findings);

/// <param name="Kind">"changed", "deleted", "reordered", "inserted", "truncated", …</param>
/// <param name="Entry">Number of the first entry that cannot be trusted.</param>
public sealed record AuditFinding(string Kind, string Message, string? File, long? Line, long? Entry);
