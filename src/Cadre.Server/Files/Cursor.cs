using Cadre.Server.Http;

namespace Cadre.Server.Files;

/// <summary>Cursors of listings: ids with their prefix.</summary>
internal static class Cursor
{
    /// <param name="name">Of the query parameter.</param>
    public static string? Of(string? text, string name, Func<string?, string?> idOf) => text is null ? null : idOf(text) ?? throw Unknown(text, name);

    public static ApiException Unknown(ListQuery list) => list.After is { } after ? Unknown(after, "after") : Unknown(list.Before ?? "", "before");

    private static ApiException Unknown(string text, string name) => ApiException.BadRequest($"Invalid '{name}': nothing in this list has the id '{text}'.", name, "invalid_value");
}
