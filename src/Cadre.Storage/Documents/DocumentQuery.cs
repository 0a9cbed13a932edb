namespace Cadre.Storage.Documents;

/// <param name="Kind">Of the documents.</param>
public sealed record DocumentQuery(string Kind)
{
    /// <summary>Conditions in <see cref="Where"/> and <see cref="Conditions"/> together.</summary>
    public const int MaxConditions = 32;

    /// <summary>Values of one <see cref="MemberCondition.AnyOf"/>.</summary>
    public const int MaxValues = 16;

    public const int MaxLimit = 10_000;

    public string? Parent { get; init; }

    /// <summary>Only documents that lie in no other. Listing one user's is then as much work as that user has documents of the kind, not as the organisation has.</summary>
    public bool TopLevel { get; init; }

    /// <summary>Only documents beyond this one, in the order of the listing.</summary>
    public string? After { get; init; }

    /// <summary>Only documents short of this one, in the order of the listing; without <see cref="After"/> the page is the one that ends next to it.</summary>
    public string? Before { get; init; }

    /// <summary>1 to <see cref="MaxLimit"/>.</summary>
    public int Limit { get; init; } = 20;

    public bool Descending { get; init; } = true;

    /// <summary>Values that top-level or nested string members of the body must have, by dotted path ("metadata.project").</summary>
    public IReadOnlyDictionary<string, string> Where { get; init; } = new Dictionary<string, string>();

    /// <summary>What top-level members of the body must be like; all of them. A body that is no JSON object fulfils none.</summary>
    public IReadOnlyList<MemberCondition> Conditions { get; init; } = [];

    /// <summary>
    /// A top-level string member of the body that the listing is sorted by, instead of by creation: by the bytes of its UTF-8, and by id where it is equal. Documents
    /// without it come last, in either direction. All documents that the conditions find are read for each page. Excludes <see cref="After"/> and <see cref="Before"/>.
    /// </summary>
    public string? SortBy { get; init; }

    /// <summary>Only documents beyond this place of the sorted listing, whether the document that it was taken from is still there or not.</summary>
    public SortedPlace? Beyond { get; init; }
}

/// <summary>Where a document stands in a sorted listing.</summary>
/// <param name="Value">Of the member sorted by; null where it has none.</param>
public sealed record SortedPlace(string? Value, string Id);

/// <summary>A condition on one top-level member of a body. Names of members come from the program, never from a request.</summary>
public abstract record MemberCondition(string Member)
{
    /// <summary>The member is one of these strings, or an array that holds one of them.</summary>
    public sealed record AnyOf(string Member, IReadOnlyList<string> Values) : MemberCondition(Member);

    /// <summary>The member is a string of which these bytes of UTF-8 are a part.</summary>
    public sealed record Contains(string Member, string Text) : MemberCondition(Member);

    /// <summary>The member is a string not before <paramref name="From"/> and before <paramref name="Below"/>, by the bytes of its UTF-8.</summary>
    public sealed record Within(string Member, string? From, string? Below) : MemberCondition(Member);
}

/// <param name="HasMore">More follow in the direction of the listing; where the page ends next to <see cref="DocumentQuery.Before"/>, more precede it.</param>
public sealed record DocumentPage(IReadOnlyList<Document> Items, bool HasMore);
