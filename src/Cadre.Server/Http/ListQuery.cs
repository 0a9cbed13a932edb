using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Http;

/// <summary>The paging parameters that every listing has: <c>limit</c>, <c>order</c>, <c>after</c>, <c>before</c>.</summary>
/// <param name="After">As the caller wrote it, prefix included; null when absent or empty.</param>
public sealed record ListQuery(int Limit, bool Descending, string? After, string? Before)
{
    public const int DefaultLimit = 20;

    public static ListQuery Read(HttpContext http, int defaultLimit = DefaultLimit, int maxLimit = 100, bool descending = true)
    {
        var query = http.Request.Query;
        var limit = ReadLimit(Text(query["limit"]), defaultLimit, maxLimit);
        var order = Text(query["order"]);
        if (order is not (null or "asc" or "desc")) throw ApiException.WrongValue("order", order, "asc", "desc");
        return new(limit, order is null ? descending : order == "desc", Text(query["after"]), Text(query["before"]));
    }

    /// <param name="text">Null when absent.</param>
    public static int ReadLimit(string? text, int defaultLimit, int maxLimit)
    {
        if (text is null) return defaultLimit;
        if (!int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var limit)) throw ApiException.WrongType("limit", "an integer", "a string");
        if (limit < 1) throw ApiException.BadRequest($"Invalid 'limit': integer below minimum value. Expected a value >= 1, but got {limit} instead.", "limit", "integer_below_min_value");
        if (limit > maxLimit) throw ApiException.BadRequest($"Invalid 'limit': integer above maximum value. Expected a value <= {maxLimit}, but got {limit} instead.", "limit", "integer_above_max_value");
        return limit;
    }

    private static string? Text(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
