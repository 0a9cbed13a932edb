using Cadre.Server.Http;
using Cadre.Storage.Documents;
using Cadre.Wire.Assistants;

namespace Cadre.Server.Assistants;

/// <summary>Listings and their pages.</summary>
internal static class Listing
{
    public static DocumentQuery Query(string kind, ListQuery query, string prefix, Func<string, ApiException> missing) => new(kind)
    {
        Limit = query.Limit,
        Descending = query.Descending,
        After = query.After is { } after ? AssistantIds.Bare(prefix, after, "after", missing) : null,
        Before = query.Before is { } before ? AssistantIds.Bare(prefix, before, "before", missing) : null,
    };

    public static AssistantsList<T> Page<T>(IReadOnlyList<T> data, Func<T, string> id, bool hasMore) =>
        new(data, data.Count > 0 ? id(data[0]) : null, data.Count > 0 ? id(data[^1]) : null, hasMore);

    /// <summary>A page of what is in memory.</summary>
    /// <param name="all">Oldest first.</param>
    /// <param name="missing">The error for a cursor that names nothing.</param>
    public static AssistantsList<T> Page<T>(List<T> all, ListQuery query, Func<T, string> id, Func<string, ApiException> missing)
    {
        if (query.Descending) all.Reverse();
        var from = query.After is { } after ? Find(after) + 1 : 0;
        var to = query.Before is { } before ? Find(before) : all.Count;
        if (query.After is null && query.Before is not null) from = Math.Max(from, to - query.Limit);
        var end = Math.Min(to, from + query.Limit);
        var hasMore = query.After is null && query.Before is not null ? from > 0 : end < to;
        return Page(end > from ? all[from..end] : [], id, hasMore);

        int Find(string cursor) => all.FindIndex(item => id(item) == cursor) is var index and >= 0 ? index : throw missing(cursor);
    }
}
